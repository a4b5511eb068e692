package io.github.pleas.data;

import io.github.pleas.network.OriginalFeeds;
import io.github.pleas.network.TokenMask;
import io.github.pleas.runtime.Frontier;
import java.util.List;
import java.util.Optional;

/**
 * A sample of a data set in memory, ready to be run in batches: images, or texts. Each of them is a
 * set of the network's inputs by name.
 */
public interface Samples extends Frontier.Feed, AutoCloseable {
  /** How many there are, at least one. */
  int size();

  /** Whether they have labels. */
  boolean isLabelled();

  /**
   * The label of one of them.
   *
   * @param i which, in [0, {@link #size()})
   * @throws IllegalStateException if the data set has no labels
   */
  int label(int i);

  /** One message for each that was left out, with its name and the reason. */
  List<String> skipped();

  /** What users should know of how they were read. */
  default List<String> notes() {
    return List.of();
  }

  /**
   * What the originals of a merge read of these, where they have vocabularies of their own; else
   * they read the same.
   */
  default Optional<OriginalFeeds> originals() {
    return Optional.empty();
  }

  /** Which tokens are text, where they are texts. */
  default TokenMask tokens() {
    return TokenMask.ALL;
  }

  /** Gives the memory back. */
  @Override
  void close();
}
