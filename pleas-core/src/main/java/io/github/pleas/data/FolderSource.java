package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** A folder on disk. Symbolic links are followed, as torchvision's ImageFolder follows them. */
final class FolderSource implements FileSource {
  private static final int MAX_DEPTH = 32;

  private final Path root;
  private final List<SourceFile> files;

  private FolderSource(Path root, List<SourceFile> files) {
    this.root = root;
    this.files = files;
  }

  /**
   * Lists a folder.
   *
   * @throws InvalidInputException if it or a folder in it cannot be listed
   */
  static FolderSource open(Path root) {
    List<SourceFile> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, new Lister(root, files));
    } catch (IOException e) {
      throw new InvalidInputException("the folder " + root + " cannot be listed: " + e, e);
    }
    files.sort(SourceFile.BY_PATH);
    return new FolderSource(root, List.copyOf(files));
  }

  @Override
  public String name() {
    Path name = root.toAbsolutePath().normalize().getFileName();
    return name == null ? root.toString() : name.toString();
  }

  @Override
  public List<SourceFile> files() {
    return files;
  }

  @Override
  public String describe(SourceFile file) {
    return root.resolve(file.path()).toString();
  }

  @Override
  public byte[] read(SourceFile file, int limit) throws IOException {
    try (InputStream in = Files.newInputStream(root.resolve(file.path()))) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException("it is larger than " + limit + " bytes");
      }
      return bytes;
    }
  }

  @Override
  public void close() {
    // files are opened and closed at each read
  }

  /** Collects the files that are not hidden. */
  private static final class Lister extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<SourceFile> files;

    Lister(Path root, List<SourceFile> files) {
      this.root = root;
      this.files = files;
    }

    private String relative(Path path) {
      return root.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return SourceFile.isHidden(relative(folder))
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String path = relative(file);
      if (!SourceFile.isHidden(path)) {
        files.add(
            new SourceFile(path, attributes.size(), attributes.lastModifiedTime().toMillis()));
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
