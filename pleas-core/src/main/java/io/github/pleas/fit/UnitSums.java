package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.TensorStore;
import java.io.Serializable;
import java.nio.FloatBuffer;

/**
 * Sums of each unit of the originals and of its squares over recorded rows of a layer.
 *
 * @param a of A
 * @param b of B
 */
record UnitSums(Of a, Of b) implements Serializable {
  /** Of the rows that were recorded. */
  static UnitSums of(TargetRecorder recorder, MergedLayer layer, Chunks chunks) {
    TargetRecorder.Recording recording = recorder.recording(layer);
    Of a = new Of(recording.a().orElseThrow().units());
    Of b = new Of(recording.b().orElseThrow().units());
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      int rows = recording.rows(chunks.start(chunk), chunks.images(chunk));
      try (TensorStore.Reading ofA = recorder.readA(layer, chunk).orElseThrow();
          TensorStore.Reading ofB = recorder.readB(layer, chunk).orElseThrow()) {
        a.add(ofA.floats(), rows);
        b.add(ofB.floats(), rows);
      }
    }
    return new UnitSums(a, b);
  }

  /** The sums over both sets of rows; these are taken for them. */
  UnitSums plus(UnitSums others) {
    a.add(others.a);
    b.add(others.b);
    return this;
  }

  ChannelStatistics statistics() {
    return new ChannelStatistics(a.mean(), a.deviation(), b.mean(), b.deviation());
  }

  /** One original's. */
  static final class Of implements Serializable {
    private static final long serialVersionUID = 1;

    private final double[] sum;
    private final double[] squares;
    private long rows;

    Of(int units) {
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

    void add(Of other) {
      for (int u = 0; u < sum.length; u++) {
        sum[u] += other.sum[u];
        squares[u] += other.squares[u];
      }
      rows += other.rows;
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
