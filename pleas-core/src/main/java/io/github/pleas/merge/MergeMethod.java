package io.github.pleas.merge;

import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.merge.MergeOptions.MatchOn;
import java.util.Arrays;
import java.util.Optional;

/**
 * Published ways of merging, and ours, as combinations of matching, fit and heads. All of them run
 * on the same graphs, and where weights are not fitted, statistics are repaired (REPAIR, Jordan et
 * al., 2023).
 */
public enum MergeMethod {
  /** The mean of weights, unit i with unit i. */
  AVERAGE(MatchOn.NONE, FitMethod.NONE),
  /** Matched on weights, averaged (Ainsworth et al., "Git Re-Basin", 2023). */
  GIT_REBASIN(MatchOn.WEIGHTS, FitMethod.NONE),
  /** Unit i with unit i, each layer fitted to both originals' inputs (Jin et al., 2023). */
  REGMEAN(MatchOn.NONE, FitMethod.REGMEAN),
  /**
   * Units merged within and between the networks, the first stages only where there is room for
   * more (Stoica et al., "ZipIt!", 2024).
   */
  ZIPIT(MatchOn.ZIP, FitMethod.NONE),
  /** Matched on activations, averaged. */
  PERMUTE(MatchOn.ACTIVATIONS, FitMethod.NONE),
  /** Matched on activations, least squares on the originals' features (PLeaS, 2025). */
  PLEAS_PUBLISHED(MatchOn.ACTIVATIONS, FitMethod.PUBLISHED),
  /** Matched on activations, least squares on the merged network's own features. */
  PLEAS(MatchOn.ACTIVATIONS, FitMethod.PROGRESSIVE);

  private final MatchOn match;
  private final FitMethod fit;

  MergeMethod(MatchOn match, FitMethod fit) {
    this.match = match;
    this.fit = fit;
  }

  /** The method that options are an instance of, whatever their size, if they are one. */
  public static Optional<MergeMethod> of(MergeOptions options) {
    return Arrays.stream(values())
        .filter(method -> method.match == options.match())
        .filter(method -> method.fit == options.fit().method())
        .filter(method -> isFoundBy(method, options))
        .findFirst();
  }

  /** Heads for two vocabularies do not dispute each other's answers, whatever the method. */
  private static boolean isFoundBy(MergeMethod method, MergeOptions options) {
    boolean alone = options.vocabularies().isPresent() && method.heads() == HeadFit.JOINT;
    return options.fit().heads()
        == (alone && options.heads().separate() ? HeadFit.TASKS : method.heads());
  }

  /** What units are paired up by. */
  public MatchOn match() {
    return match;
  }

  /** How weights are found. */
  public FitMethod fit() {
    return fit;
  }

  /** How heads are found; only ours fits those of separate labels. */
  public HeadFit heads() {
    return this == PLEAS ? HeadFit.JOINT : HeadFit.ORIGINAL;
  }
}
