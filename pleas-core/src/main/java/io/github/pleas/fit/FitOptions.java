package io.github.pleas.fit;

/**
 * How the merged weights are found. The defaults are those that were best on networks of several
 * kinds.
 *
 * @param method which objective
 * @param heads how the heads are found
 * @param alpha weight of the own original in the target of a merged unit, on images of its domain;
 *     0.5 where the images are from neither
 * @param shrinkage kappa: the ridge is kappa P / R of the mean diagonal of X'X / R, for P unknowns
 *     and R rows
 * @param smallestRidge the least ridge, relative to that diagonal: single-precision products need
 *     it
 * @param largestRidge the greatest ridge, relative to that diagonal
 * @param channelRidge the ridge of layers that act on each channel alone
 * @param headRidge the ridge of separate heads; a shared one has that of any other layer, since the
 *     mean of two heads for the same classes is a centre as good
 * @param published how the published objective is minimised
 * @param rowsPerUnknown rows that are sampled for each unknown
 */
public record FitOptions(
    FitMethod method,
    HeadFit heads,
    double alpha,
    double shrinkage,
    double smallestRidge,
    double largestRidge,
    double channelRidge,
    double headRidge,
    PublishedOptions published,
    int rowsPerUnknown) {

  /**
   * The recommended constants.
   *
   * @param sharedLabels whether both originals have the same classes: then the own original counts
   *     for more in the targets, since the other one answers the same question worse
   */
  public static FitOptions of(FitMethod method, HeadFit heads, boolean sharedLabels) {
    double alpha = sharedLabels ? 0.85 : 0.75;
    return new FitOptions(
        method, heads, alpha, 0.5, 1e-3, 1, 0.1, 0.01, PublishedOptions.DEFAULT, 60);
  }

  /** The same with heads found in another way. */
  public FitOptions withHeads(HeadFit other) {
    return new FitOptions(
        method,
        other,
        alpha,
        shrinkage,
        smallestRidge,
        largestRidge,
        channelRidge,
        headRidge,
        published,
        rowsPerUnknown);
  }

  /** The same with the published objective minimised in another way. */
  public FitOptions withPublished(PublishedOptions other) {
    return new FitOptions(
        method,
        heads,
        alpha,
        shrinkage,
        smallestRidge,
        largestRidge,
        channelRidge,
        headRidge,
        other,
        rowsPerUnknown);
  }
}
