package io.github.pleas.matching;

import io.github.pleas.linalg.CrossMoments;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What the images of a part of a merge add to the similarities of units: to be added to those of
 * other parts, in any order.
 *
 * @see ActivationSimilarity#sums
 */
public final class SimilaritySums implements Serializable {
  private static final long serialVersionUID = 1;

  private final ArrayList<CrossMoments.Sums> moments;

  private SimilaritySums(List<CrossMoments.Sums> moments) {
    this.moments = new ArrayList<>(moments);
  }

  /** Of no images: nothing is added by it. */
  public static SimilaritySums none() {
    return new SimilaritySums(List.of());
  }

  static SimilaritySums of(List<CrossMoments.Sums> moments) {
    return new SimilaritySums(moments);
  }

  List<CrossMoments.Sums> moments() {
    return moments;
  }

  /** The sums of both; these, or the others where these are of no images, are taken for them. */
  public SimilaritySums plus(SimilaritySums others) {
    if (moments.isEmpty()) {
      return others;
    }
    for (int k = 0; k < others.moments.size(); k++) {
      moments.set(k, moments.get(k).plus(others.moments.get(k)));
    }
    return this;
  }
}
