package io.github.pleas.data;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntFunction;

/** Images in memory for tests: normal numbers from a seed, or what a test says. */
public final class RandomImages {
  private RandomImages() {}

  /** Images of normal numbers, [count, channels, height, width]. */
  public static Images normal(int count, int channels, int height, int width, long seed) {
    int length = channels * height * width;
    return of(
        count,
        Preprocessing.plain(channels, height, width),
        index -> {
          Random random = new Random(seed * 1_000_003 + index);
          float[] image = new float[length];
          for (int i = 0; i < length; i++) {
            image[i] = (float) random.nextGaussian();
          }
          return image;
        });
  }

  /** Some images by index, the order of a shuffle apart. */
  public static Images of(int count, Preprocessing preprocessing, IntFunction<float[]> image) {
    return load(new Given(count, image, OptionalInt.empty()), preprocessing);
  }

  /** Images of zeros that all have one label, of two. */
  public static Images zeros(int count, Preprocessing preprocessing, int label) {
    return load(
        new Given(count, i -> new float[preprocessing.length()], OptionalInt.of(label)),
        preprocessing);
  }

  private static Images load(Given given, Preprocessing preprocessing) {
    return Images.load(given, 0, 0, preprocessing, 1, (done, total) -> {});
  }

  /** The values of all images one after another. */
  public static float[] values(Samples samples) {
    Images images = (Images) samples;
    FloatBuffer buffer = FloatBuffer.allocate(images.size() * images.preprocessing().length());
    images.copyTo(0, images.size(), buffer);
    return buffer.array();
  }

  private record Given(int size, IntFunction<float[]> images, OptionalInt all) implements Dataset {
    @Override
    public String name() {
      return "given images";
    }

    @Override
    public int classCount() {
      return isLabelled() ? 2 : 0;
    }

    @Override
    public List<String> classes() {
      return isLabelled() ? List.of("no", "yes") : List.of();
    }

    @Override
    public boolean isLabelled() {
      return all.isPresent();
    }

    @Override
    public int label(int index) {
      return all.orElseThrow();
    }

    @Override
    public String describe(int index) {
      return "image " + index;
    }

    @Override
    public float[] image(int index, Preprocessing preprocessing) {
      return images.apply(index);
    }

    @Override
    public String digest() {
      return "";
    }

    @Override
    public void close() {}
  }
}
