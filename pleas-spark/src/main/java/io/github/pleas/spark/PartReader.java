package io.github.pleas.spark;

import io.github.pleas.data.EncodedImage;
import io.github.pleas.data.Preprocessing;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads the images of a part, as the networks take them. */
final class PartReader {
  /**
   * The images of a part.
   *
   * @param tensors [channels, height, width] each; one that cannot be read is empty
   * @param unreadable those
   */
  record Read(List<float[]> tensors, List<Unreadable> unreadable) {}

  private static final float[] NONE = new float[0];

  private final Preprocessing preprocessing;
  private final Configuration settings;

  /**
   * A reader.
   *
   * @param preprocessing of encoded images; tensors are taken as they are
   * @param settings of Hadoop
   */
  PartReader(Preprocessing preprocessing, Configuration settings) {
    this.preprocessing = preprocessing;
    this.settings = settings;
  }

  Read read(PartSource source) {
    List<float[]> tensors = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (int k = 0; k < source.size(); k++) {
      try {
        tensors.add(read(source, k));
      } catch (FileNotFoundException e) {
        tensors.add(NONE);
        unreadable.add(
            new Unreadable(source.first() + k, name(source, k), "there is no such file"));
      } catch (IOException e) {
        tensors.add(NONE);
        unreadable.add(
            new Unreadable(source.first() + k, name(source, k), String.valueOf(e.getMessage())));
      }
    }
    return new Read(tensors, unreadable);
  }

  private float[] read(PartSource source, int k) throws IOException {
    if (source instanceof PartSource.Files files) {
      Path file = new Path(files.uris().get(k));
      byte[] bytes = HadoopSource.read(file, file.getFileSystem(settings), EncodedImage.MAX_BYTES);
      return EncodedImage.read(bytes, preprocessing);
    }
    Serializable image = ((PartSource.Held) source).images().get(k);
    if (image instanceof byte[] bytes) {
      return EncodedImage.read(bytes, preprocessing);
    }
    return checked((float[]) image);
  }

  private float[] checked(float[] tensor) throws IOException {
    if (tensor.length != preprocessing.length()) {
      throw new IOException(
          "it has %d numbers, expected %d x %d x %d"
              .formatted(
                  tensor.length,
                  preprocessing.channels(),
                  preprocessing.height(),
                  preprocessing.width()));
    }
    for (float value : tensor) {
      if (!Float.isFinite(value)) {
        throw new IOException("it holds " + value);
      }
    }
    return tensor;
  }

  private static String name(PartSource source, int k) {
    return source instanceof PartSource.Files files
        ? files.uris().get(k)
        : ((PartSource.Held) source).names().get(k);
  }
}
