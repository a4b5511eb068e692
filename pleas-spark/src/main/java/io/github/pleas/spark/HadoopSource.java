package io.github.pleas.spark;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.FileSource;
import io.github.pleas.data.SourceFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** A folder on any Hadoop file system, seen as folders of images are seen on a disk. */
final class HadoopSource implements FileSource {
  private final Path root;
  private final FileSystem system;
  private final List<SourceFile> files;

  private HadoopSource(Path root, FileSystem system, List<SourceFile> files) {
    this.root = root;
    this.system = system;
    this.files = files;
  }

  /**
   * Lists a folder.
   *
   * @param uri such as {@code hdfs://host/images}; without a scheme, of the default file system
   * @throws InvalidInputException if it is no folder, or cannot be listed
   */
  static HadoopSource open(String uri, Configuration settings) {
    try {
      Path given = new Path(uri);
      // The file system is Hadoop's, which shares it: nobody closes it.
      FileSystem system = given.getFileSystem(settings);
      FileStatus status = system.getFileStatus(given);
      if (!status.isDirectory()) {
        throw new InvalidInputException(
            "%s is a file; on a cluster, images are a folder of files (unpack a zip), or a table of Parquet"
                .formatted(uri));
      }
      Path root = status.getPath();
      String path = root.toUri().getPath();
      String prefix = path.endsWith("/") ? path : path + "/";
      List<SourceFile> files = new ArrayList<>();
      RemoteIterator<LocatedFileStatus> all = system.listFiles(root, true);
      while (all.hasNext()) {
        LocatedFileStatus file = all.next();
        String own = file.getPath().toUri().getPath().substring(prefix.length());
        if (!SourceFile.isHidden(own)) {
          files.add(new SourceFile(own, file.getLen(), file.getModificationTime()));
        }
      }
      files.sort(SourceFile.BY_PATH);
      return new HadoopSource(root, system, List.copyOf(files));
    } catch (FileNotFoundException e) {
      throw new InvalidInputException(
          "there is no " + uri + "; expected a folder of images that all executors can read", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidInputException("the folder " + uri + " cannot be listed: " + e, e);
    }
  }

  @Override
  public String name() {
    return root.getName();
  }

  @Override
  public List<SourceFile> files() {
    return files;
  }

  /** Its URI, by which any executor can read it. */
  @Override
  public String describe(SourceFile file) {
    return new Path(root, file.path()).toString();
  }

  @Override
  public byte[] read(SourceFile file, int limit) throws IOException {
    return read(new Path(root, file.path()), system, limit);
  }

  /** The content of a file of at most some bytes. */
  static byte[] read(Path file, FileSystem system, int limit) throws IOException {
    try (InputStream in = system.open(file)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException("it is larger than " + limit + " bytes");
      }
      return bytes;
    }
  }

  @Override
  public void close() {
    // Files are opened and closed at each read.
  }
}
