package io.github.pleas.matching;

import io.github.pleas.network.OriginalFeeds;
import io.github.pleas.network.TokenMask;
import io.github.pleas.runtime.Frontier;
import java.util.Optional;

/**
 * The calibration images as the networks take them: first those of A's domain, then those of B's.
 */
public interface Calibration extends Frontier.Feed {
  /** All images. */
  int size();

  /** The images of A's domain, which come first. */
  int sizeA();

  /** Whether the images are of A's and B's domains, rather than of one that serves both. */
  boolean hasTwoDomains();

  /**
   * The place of the first of these images among all of the merge, where these are a part: what is
   * drawn for an image depends on its place among all.
   */
  default int first() {
    return 0;
  }

  /** All images of the merge, of which these are a part. */
  default int total() {
    return size();
  }

  /**
   * What the originals read of the samples, where they have vocabularies of their own; else they
   * read what the merged network does.
   */
  default Optional<OriginalFeeds> originals() {
    return Optional.empty();
  }

  /** Which tokens of the samples are text, where they are texts. */
  default TokenMask tokens() {
    return TokenMask.ALL;
  }
}
