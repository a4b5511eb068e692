package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.TensorStore;
import java.nio.FloatBuffer;

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
    TargetRecorder.Recording recording = recorder.recording(layer);
    Accumulator a = new Accumulator(recording.a().orElseThrow().units());
    Accumulator b = new Accumulator(recording.b().orElseThrow().units());
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      int rows = recording.rows(chunks.start(chunk), chunks.images(chunk));
      try (TensorStore.Reading ofA = recorder.readA(layer, chunk).orElseThrow();
          TensorStore.Reading ofB = recorder.readB(layer, chunk).orElseThrow()) {
        a.add(ofA.floats(), rows);
        b.add(ofB.floats(), rows);
      }
    }
    return new ChannelStatistics(a.mean(), a.deviation(), b.mean(), b.deviation());
  }

  private static final class Accumulator {
    private final double[] sum;
    private final double[] squares;
    private long rows;

    Accumulator(int units) {
      sum = new double[units];
      squares = new double[units];
    }

    void add(FloatBuffer values, int count) {
      float[] units = new float[sum.length];
      for (int row = 0; row < count; row++) {
        values.get(row * units.length, units);
        for (int u = 0; u < units.length; u++) {
          double value = units[u];
          sum[u] += value;
          squares[u] += value * value;
        }
      }
      rows += count;
    }

    double[] mean() {
      double[] mean = new double[sum.length];
      for (int u = 0; u < mean.length; u++) {
        mean[u] = sum[u] / rows;
      }
      return mean;
    }

    double[] deviation() {
      double[] deviation = mean();
      for (int u = 0; u < deviation.length; u++) {
        deviation[u] = Math.sqrt(Math.max(0, squares[u] / rows - deviation[u] * deviation[u]));
      }
      return deviation;
    }
  }
}
