package io.github.pleas.data;

import java.util.List;
import java.util.Map;

/** How data become a network's input: what is opened at a place, and how a sample of it is read. */
public sealed interface Preparation extends AutoCloseable
    permits ImagePreparation, TextPreparation, PairedTextPreparation {
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

  /**
   * What a merge is calibrated on, of all that was loaded: A's domain and B's, or one that serves
   * both.
   *
   * @param loaded what {@link #load} gave of A's data and of B's, or of one for both
   */
  default List<Samples> domains(List<Samples> loaded) {
    return loaded;
  }

  /** What one of them is called in messages: an image, or a text. */
  String unit();

  /** For reports. */
  Map<String, Object> described();

  /** Gives back what reading needed; what was loaded stays. */
  @Override
  void close();
}
