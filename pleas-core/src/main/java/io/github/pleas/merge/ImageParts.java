package io.github.pleas.merge;

import io.github.pleas.fit.PartSums;
import io.github.pleas.matching.SimilaritySums;

/**
 * The calibration images of a merge in parts, each of which somebody else holds as a {@link
 * MergePart}: asked for sums over all of them.
 */
public interface ImageParts extends PartSums {
  /** Runs both originals over all images, and gives the sums by which units are compared. */
  SimilaritySums compare(ComparisonPass pass);

  /** Begins the fit of a merged network in all parts. */
  void begin(PartPlan plan);
}
