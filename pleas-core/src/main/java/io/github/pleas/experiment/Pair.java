package io.github.pleas.experiment;

import java.util.List;

/**
 * Two networks that are merged.
 *
 * @param a the first, which the merged network is laid out like
 * @param b the second
 */
public record Pair(NetworkFile a, NetworkFile b) {
  /** As tables have it. */
  public String name() {
    return a.name() + " + " + b.name();
  }

  /** The domains that the two were trained on, without repetition. */
  public List<Domain> domains() {
    return a.domain().equals(b.domain()) ? List.of(a.domain()) : List.of(a.domain(), b.domain());
  }
}
