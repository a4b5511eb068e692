package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.TensorStore;

/** Where input rows come from: the merged network itself, or the mean of the originals. */
final class InputSources {
  private InputSources() {}

  /** Rows as the merged network computes them (the progressive fit). */
  static LayerRows.Inputs merged(MergedLayer layer, RowReader reader, Frontier frontier) {
    String value = layer.layer().input();
    return new LayerRows.Inputs() {
      @Override
      public int columns() {
        return reader.columns();
      }

      @Override
      public Opened open(int chunk) {
        TensorStore.Reading reading = frontier.read(value, chunk);
        return new Opened() {
          @Override
          public void read(int image, int[] positions, float[] rows, int stride) {
            reader.read(reading.floats(), image, positions, rows, stride);
          }

          @Override
          public void close() {
            reading.close();
          }
        };
      }
    };
  }

  /** Opens a second batch; if that fails, nothing stays open. */
  private static TensorStore.Reading readOrClose(
      Frontier frontier, String value, int chunk, TensorStore.Reading first) {
    try {
      return frontier.read(value, chunk);
    } catch (RuntimeException | Error failure) {
      first.close();
      throw failure;
    }
  }

  /**
   * Rows as the mean of the originals' rows, brought into the merged layout (the published
   * objective).
   */
  static LayerRows.Inputs averaged(
      MergedLayer layer, RowReader readerA, RowReader readerB, Frontier a, Frontier b) {
    String value = layer.layer().input();
    MergedAxis in = layer.in();
    int taps = layer.layer().window().taps();
    return new LayerRows.Inputs() {
      @Override
      public int columns() {
        return in.length() * taps;
      }

      @Override
      public Opened open(int chunk) {
        TensorStore.Reading ofA = a.read(value, chunk);
        TensorStore.Reading ofB = readOrClose(b, value, chunk, ofA);
        return new Opened() {
          @Override
          public void read(int image, int[] positions, float[] rows, int stride) {
            float[] x = new float[positions.length * readerA.columns()];
            float[] y = new float[positions.length * readerB.columns()];
            readerA.read(ofA.floats(), image, positions, x, readerA.columns());
            readerB.read(ofB.floats(), image, positions, y, readerB.columns());
            for (int row = 0; row < positions.length; row++) {
              average(x, row * readerA.columns(), y, row * readerB.columns(), rows, row * stride);
            }
          }

          private void average(float[] x, int fromX, float[] y, int fromY, float[] rows, int at) {
            for (int e = 0; e < in.length(); e++) {
              int i = fromX + in.a()[e] * taps;
              int j = fromY + in.b()[e] * taps;
              for (int tap = 0; tap < taps; tap++) {
                rows[at + e * taps + tap] =
                    in.isOnlyA(e)
                        ? x[i + tap]
                        : in.isOnlyB(e) ? y[j + tap] : 0.5f * (x[i + tap] + y[j + tap]);
              }
            }
          }

          @Override
          public void close() {
            ofA.close();
            ofB.close();
          }
        };
      }
    };
  }
}
