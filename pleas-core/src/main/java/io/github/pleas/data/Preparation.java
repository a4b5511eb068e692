package io.github.pleas.data;

import java.util.Map;

/** How data become a network's input: what is opened at a place, and how a sample of it is read. */
public sealed interface Preparation extends AutoCloseable
    permits ImagePreparation, TextPreparation {
  /**
   * Opens a split of the data at a place.
   *
   * @return the data, which the caller closes
   * @throws io.github.pleas.InvalidInputException if there is nothing, or not what the network
   *     takes
   */
  SampleSet open(DataLocation location, Split split);

  /**
   * Draws a sample and reads it: the first of a shuffle, uniform without replacement.
   *
   * @param set what {@link #open} opened; not needed afterwards
   * @param samples how many; all of them if 0 or less, or more than there are
   * @param seed of the shuffle
   * @param threads how many read at once, at least 1
   * @param progress hears of each that is read
   * @throws io.github.pleas.InvalidInputException if they cannot be read
   */
  Samples load(SampleSet set, int samples, long seed, int threads, ImageListener progress);

  /** What one of them is called in messages: an image, or a text. */
  String unit();

  /** For reports. */
  Map<String, Object> described();

  /** Gives back what reading needed; what was loaded stays. */
  @Override
  void close();
}
