package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.nio.BufferOverflowException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * A sample of a dataset's images, preprocessed and held ready to be run in batches: in memory, or
 * in a temporary file where they are many.
 *
 * <p>The sample is uniform without replacement and does not look at labels: the first images of a
 * Fisher-Yates shuffle by {@link java.util.Random}, whose sequence for a seed is part of Java's
 * specification. So one seed gives the same images on every machine and for any number of threads,
 * and a smaller sample is the beginning of a larger one.
 */
public final class Images implements Samples {
  private static final int FEWEST_SKIPS_ALLOWED = 10;

  private final String name;
  private final Preprocessing preprocessing;
  private final int[] indices;
  private final int[] labels; // empty if unlabelled
  private final int[] rows;
  private final List<String> skipped;
  private Optional<FloatRows> store;

  Images(
      Dataset dataset,
      Preprocessing preprocessing,
      int[] indices,
      int[] rows,
      FloatRows store,
      List<String> skipped) {
    this.name = dataset.name();
    this.preprocessing = preprocessing;
    this.indices = indices;
    this.labels = dataset.isLabelled() ? labels(dataset, indices) : new int[0];
    this.rows = rows;
    this.store = Optional.of(store);
    this.skipped = List.copyOf(skipped);
  }

  private static int[] labels(Dataset dataset, int[] indices) {
    int[] labels = new int[indices.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = dataset.label(indices[i]);
    }
    return labels;
  }

  /**
   * Draws and decodes a sample. An image that cannot be read is skipped and replaced by the next of
   * the shuffle, as long as there is one.
   *
   * @param dataset where from; not needed afterwards
   * @param samples how many images; all of them if 0 or less, or more than there are
   * @param seed of the shuffle
   * @param preprocessing what the network expects
   * @param threads how many decode at once, at least 1
   * @param progress hears of each image loaded
   * @return the images, in the order of the shuffle (replacements at the end)
   * @throws InvalidInputException if more than max(10, 1 % of the images asked for) cannot be read,
   *     or none can
   * @throws io.github.pleas.PleasException if they are too many for memory, at 4 bytes a value, and
   *     cannot be written to a temporary file
   */
  public static Images load(
      Dataset dataset,
      int samples,
      long seed,
      Preprocessing preprocessing,
      int threads,
      ImageListener progress) {
    if (threads < 1) {
      throw new InvalidInputException("threads must be at least 1, found " + threads);
    }
    return new ImageLoading(dataset, samples, seed, preprocessing, progress).load(threads);
  }

  /**
   * The order in which the images of a dataset are drawn.
   *
   * @param size how many it has
   * @param seed of all domains
   * @param domain which one, from 0
   * @return their places in the dataset
   */
  public static int[] order(int size, long seed, int domain) {
    return Shuffle.of(size, seedOf(seed, domain));
  }

  /** How many images of those asked for may be unreadable. */
  public static int skipLimit(int wanted) {
    return Math.max(FEWEST_SKIPS_ALLOWED, wanted / 100);
  }

  /**
   * The seed of one domain's shuffle, where several domains are drawn by one seed: its own for the
   * first, another for each of the others. Sets that are laid out alike, as many images of the same
   * classes in the same order, would give the same places of each by one shuffle, and a small
   * sample would show half of the classes that it could.
   *
   * @param seed of all domains
   * @param domain which one, from 0
   */
  public static long seedOf(long seed, int domain) {
    Random seeds = new Random(seed);
    long own = seed;
    for (int k = 0; k < domain; k++) {
      own = seeds.nextLong();
    }
    return own;
  }

  @Override
  public int size() {
    return indices.length;
  }

  /** What the images were preprocessed with. */
  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** The index in the dataset of each image, a copy. */
  public int[] indices() {
    return indices.clone();
  }

  @Override
  public boolean isLabelled() {
    return labels.length > 0;
  }

  @Override
  public int label(int i) {
    if (!isLabelled()) {
      throw new IllegalStateException(name + " has no labels");
    }
    return labels[i];
  }

  /**
   * Copies images [from, from + count) to a buffer, from its position on, which moves behind them.
   * Several threads may copy at once, each to its own buffer.
   *
   * @param target takes [count, channels, height, width]
   * @throws IndexOutOfBoundsException if there are no such images
   * @throws BufferOverflowException if the buffer has less room; nothing is copied then
   * @throws IllegalStateException if closed
   */
  @Override
  public void copyTo(String input, int from, int count, FloatBuffer target) {
    copyTo(from, count, target);
  }

  /** The same; images have one input. */
  public void copyTo(int from, int count, FloatBuffer target) {
    Objects.checkFromIndexSize(from, count, size());
    FloatRows open =
        store.orElseThrow(() -> new IllegalStateException("the images of " + name + " are closed"));
    if (target.remaining() < (long) count * preprocessing.length()) {
      throw new BufferOverflowException();
    }
    for (int i = from; i < from + count; i++) {
      open.get(rows[i], target);
    }
  }

  @Override
  public List<String> skipped() {
    return skipped;
  }

  @Override
  public void close() {
    store.ifPresent(FloatRows::close);
    store = Optional.empty();
  }
}
