package io.github.pleas.experiment;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The results of cells in a folder, a file each, named by the digest of all that the cell depends
 * on. A file appears whole or not at all, so that a run may be ended at any time.
 */
public final class CellStore {
  private static final long MAX_BYTES = 64L << 20;

  private final Path folder;

  /** The store in {@code folder/cells}; made when the first cell is written. */
  public CellStore(Path folder) {
    this.folder = folder.resolve("cells");
  }

  /** A kept result; what is damaged counts as not there. */
  Optional<CellResult> read(CellKey key) {
    Path file = file(key);
    try {
      return Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES
          ? CellJson.read(Files.readString(file, StandardCharsets.UTF_8), key)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Keeps a result.
   *
   * @throws io.github.pleas.PleasException if it cannot be written
   */
  void write(String name, CellKey key, CellResult result) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidInputException("the folder " + folder + " cannot be made: " + e, e);
    }
    byte[] text = CellJson.text(name, key, result).getBytes(StandardCharsets.UTF_8);
    AtomicFile.replace(file(key), out -> out.write(text));
  }

  private Path file(CellKey key) {
    return folder.resolve(key.digest() + ".json");
  }
}
