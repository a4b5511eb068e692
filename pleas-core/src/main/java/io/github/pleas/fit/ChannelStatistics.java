package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.runtime.Chunks;

/**
 * Mean and standard deviation of each unit of the originals over the recorded rows of a layer.
 *
 * @param meanA [units of A]
 * @param deviationA [units of A]
 * @param meanB [units of B]
 * @param deviationB [units of B]
 */
record ChannelStatistics(double[] meanA, double[] deviationA, double[] meanB, double[] deviationB) {

  static ChannelStatistics of(TargetRecorder recorder, MergedLayer layer, Chunks chunks) {
    return UnitSums.of(recorder, layer, chunks).statistics();
  }
}
