package io.github.pleas.spark;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.NetworkReader;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of an original, for executors to read it as the driver did. */
final class ModelCopy implements Serializable {
  private static final long serialVersionUID = 1;

  private final ArrayList<String> names = new ArrayList<>();
  private final ArrayList<byte[]> contents = new ArrayList<>();

  private ModelCopy() {}

  /**
   * Reads all files of a model.
   *
   * @throws InvalidInputException if one has 2 GB or more, or lies in another folder tree
   */
  static ModelCopy of(Path model) {
    ModelCopy copy = new ModelCopy();
    Path folder = model.toAbsolutePath().normalize().getParent();
    for (Path file : NetworkReader.files(model)) {
      Path absolute = file.toAbsolutePath().normalize();
      if (folder == null || !absolute.startsWith(folder)) {
        throw new InvalidInputException(
            "%s belongs to %s and lies elsewhere; on a cluster all files of a model lie in its folder"
                .formatted(file, model));
      }
      try {
        if (Files.size(file) >= Integer.MAX_VALUE - 16) {
          throw new InvalidInputException(
              "%s has %,d bytes; on a cluster each file of a model has less than 2 GB"
                  .formatted(file, Files.size(file)));
        }
        copy.names.add(folder.relativize(absolute).toString());
        copy.contents.add(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new UncheckedIOException(file + " cannot be read", e);
      }
    }
    return copy;
  }

  /**
   * Writes them into a folder.
   *
   * @return the model's own file
   */
  Path write(Path folder) throws IOException {
    List<Path> written = new ArrayList<>();
    for (int k = 0; k < names.size(); k++) {
      Path file = folder.resolve(names.get(k));
      Files.createDirectories(file.getParent());
      written.add(Files.write(file, contents.get(k)));
    }
    return written.get(0);
  }
}
