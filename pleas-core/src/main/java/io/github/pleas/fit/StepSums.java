package io.github.pleas.fit;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the images of a part of a merge add to the problem of one step of the fit: to be added to
 * those of other parts, in any order.
 */
public final class StepSums implements Serializable {
  private static final long serialVersionUID = 1;

  /** One, or one for each group of a convolution; none before the first images. */
  private final ArrayList<LayerSums> groups;

  /** At most one. */
  private final ArrayList<UnitSums> statistics;

  private long peak;

  private StepSums(List<LayerSums> groups, List<UnitSums> statistics, long peak) {
    this.groups = new ArrayList<>(groups);
    this.statistics = new ArrayList<>(statistics);
    this.peak = peak;
  }

  /** Of no images: nothing is added by it. */
  public static StepSums none() {
    return new StepSums(List.of(), List.of(), 0);
  }

  /**
   * Of some images.
   *
   * @param groups of the layer, or of each of its groups
   * @param statistics of the originals' units, where the method needs them
   * @param peak the most native memory that kept tensors took so far, in bytes
   */
  static StepSums of(List<LayerSums> groups, Optional<UnitSums> statistics, long peak) {
    return new StepSums(groups, statistics.map(List::of).orElse(List.of()), peak);
  }

  /** The sums of both; these, or the others where these are of no images, are taken for them. */
  public StepSums plus(StepSums others) {
    if (groups.isEmpty()) {
      return others;
    }
    for (int g = 0; g < others.groups.size(); g++) {
      groups.set(g, groups.get(g).plus(others.groups.get(g)));
    }
    for (int k = 0; k < others.statistics.size(); k++) {
      statistics.set(k, statistics.get(k).plus(others.statistics.get(k)));
    }
    peak = Math.max(peak, others.peak);
    return this;
  }

  List<LayerSums> groups() {
    return groups;
  }

  UnitSums statistics() {
    return statistics.get(0);
  }

  /** The most native memory that any part's kept tensors took so far, in bytes. */
  public long peak() {
    return peak;
  }
}
