package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A zip, read in place: nothing is unpacked to disk, so names in it lead nowhere. */
final class ZipSource implements FileSource {
  private final Path path;
  private final ZipFile zip;
  private final Map<String, ZipEntry> entries = new HashMap<>();
  private final List<SourceFile> files;

  /**
   * Opens a zip.
   *
   * @throws InvalidInputException if it is no zip or holds two files of one name
   */
  ZipSource(Path path) {
    this.path = path;
    this.zip = open(path);
    try {
      this.files = list();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static ZipFile open(Path path) {
    try {
      return new ZipFile(path.toFile());
    } catch (IOException e) {
      throw new InvalidInputException(
          path
              + " cannot be read as a zip ("
              + e.getMessage()
              + "); expected a folder of images, "
              + "a zip of one, or an .npz file",
          e);
    }
  }

  private List<SourceFile> list() {
    List<SourceFile> found = new ArrayList<>();
    Enumeration<? extends ZipEntry> all = zip.entries();
    while (all.hasMoreElements()) {
      ZipEntry entry = all.nextElement();
      String name = relative(entry.getName());
      if (entry.isDirectory() || name.isEmpty() || SourceFile.isHidden(name)) {
        continue;
      }
      if (entries.put(name, entry) != null) {
        throw new InvalidInputException(
            path + " holds two files named " + name + "; remove one of them");
      }
      found.add(new SourceFile(name, entry.getSize(), entry.getCrc()));
    }
    found.sort(Names.by(SourceFile::path));
    return List.copyOf(found);
  }

  /** An entry's name as a relative path: some tools write backslashes or a leading "./". */
  private static String relative(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.replace('\\', '/').split("/")) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  @Override
  public String name() {
    return String.valueOf(path.getFileName());
  }

  @Override
  public List<SourceFile> files() {
    return files;
  }

  @Override
  public String describe(SourceFile file) {
    return path + "!" + file.path();
  }

  @Override
  public byte[] read(SourceFile file, int limit) throws IOException {
    ZipEntry entry =
        Optional.ofNullable(entries.get(file.path()))
            .orElseThrow(() -> new IOException("there is no such entry"));
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      bytes = in.readNBytes(limit + 1);
    }
    if (bytes.length > limit) {
      throw new IOException("it unpacks to more than " + limit + " bytes");
    }
    CRC32 crc = new CRC32();
    crc.update(bytes);
    if (crc.getValue() != entry.getCrc()) {
      throw new IOException("its checksum is not the one in the zip; the zip is damaged");
    }
    return bytes;
  }

  /** The content of an entry as a stream; the caller checks its length and checksum. */
  InputStream stream(SourceFile file) throws IOException {
    ZipEntry entry =
        Optional.ofNullable(entries.get(file.path()))
            .orElseThrow(() -> new IOException("there is no such entry"));
    return zip.getInputStream(entry);
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new PleasException(path + " cannot be closed: " + e.getMessage(), e);
    }
  }
}
