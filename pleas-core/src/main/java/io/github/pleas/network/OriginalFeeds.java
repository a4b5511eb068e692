package io.github.pleas.network;

/**
 * What both originals read of the same samples.
 *
 * @param a the first
 * @param b the second
 */
public record OriginalFeeds(OriginalFeed a, OriginalFeed b) {
  /**
   * These samples and then others.
   *
   * @param size how many these are
   */
  public OriginalFeeds followedBy(OriginalFeeds others, int size) {
    return new OriginalFeeds(a.followedBy(others.a, size), b.followedBy(others.b, size));
  }
}
