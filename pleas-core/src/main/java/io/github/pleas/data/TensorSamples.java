package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;

/**
 * Samples from a source of one's own: whatever gives the numbers that a network takes, a database,
 * a camera's archive, an array. They are as the network takes them, normalised, and without labels.
 */
public final class TensorSamples implements Samples {
  /** Gives the numbers of one sample for one input. */
  @FunctionalInterface
  public interface Source {
    /**
     * The numbers, row by row, as the input's shape without its batch has them: of an image
     * [channels, height, width]. Samples are asked for several times, and must be the same each
     * time.
     *
     * @param input the input's name; networks of one input need not look at it
     * @param sample which, in [0, size)
     */
    float[] read(String input, int sample);
  }

  private final int size;
  private final Source source;

  private TensorSamples(int size, Source source) {
    this.size = size;
    this.source = source;
  }

  /**
   * Samples of a source.
   *
   * @param size how many there are, at least 1
   * @throws InvalidInputException if there are none
   */
  public static TensorSamples of(int size, Source source) {
    if (size < 1) {
      throw new InvalidInputException("samples: expected at least one, found " + size);
    }
    return new TensorSamples(size, source);
  }

  /**
   * Samples in memory, for networks of one input.
   *
   * @param samples the numbers of each
   * @throws InvalidInputException if there are none
   */
  public static TensorSamples of(List<float[]> samples) {
    List<float[]> all = List.copyOf(samples);
    return of(all.size(), (input, sample) -> all.get(sample));
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    Objects.checkFromIndexSize(first, count, size);
    for (int i = first; i < first + count; i++) {
      target.put(source.read(input, i));
    }
  }

  @Override
  public boolean isLabelled() {
    return false;
  }

  @Override
  public int label(int i) {
    throw new IllegalStateException("samples of a source of one's own have no labels");
  }

  @Override
  public List<String> skipped() {
    return List.of();
  }

  @Override
  public void close() {
    // The source is its owner's.
  }
}
