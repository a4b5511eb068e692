package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.TensorStore;
import java.util.Optional;

/** Where input rows come from: the merged network itself, or the originals. */
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
      public Optional<Unrolling> unrolling() {
        return Optional.of(reader.unrolling());
      }

      @Override
      public Opened open(int chunk) {
        TensorStore.Reading reading = frontier.read(value, chunk);
        Unrolling unrolling = reader.unrolling();
        return new Opened() {
          @Override
          public void read(int image, int[] positions, float[] rows, int stride) {
            reader.read(reading.floats(), image, positions, rows, stride);
          }

          @Override
          public void readPlaces(int image, float[] rows) {
            unrolling.readPlaces(reading.floats(), image, rows);
          }

          @Override
          public boolean isCopy() {
            return reading.isCopy();
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
   * What a row is made of.
   *
   * @param ofA A's share in merged units
   * @param ofB B's
   * @param onlyA whether units of A alone are in it; else they are zero
   * @param onlyB whether those of B alone are
   */
  record Mix(float ofA, float ofB, boolean onlyA, boolean onlyB) {
    /** Both originals' features, averaged where units are merged. */
    static final Mix AVERAGED = new Mix(0.5f, 0.5f, true, true);

    /** The features of one original. */
    static Mix of(boolean a) {
      return new Mix(a ? 1 : 0, a ? 0 : 1, a, !a);
    }

    /** Averaged, with the separate units of one original. */
    static Mix averagedWith(boolean a) {
      return new Mix(0.5f, 0.5f, a, !a);
    }
  }

  /** Rows of the originals' features, brought into the merged layout. */
  static LayerRows.Inputs originals(
      MergedLayer layer, RowReader readerA, RowReader readerB, Frontier a, Frontier b, Mix mix) {
    String value = layer.layer().input();
    MergedAxis in = layer.in();
    int taps = layer.layer().window().taps();
    return new LayerRows.Inputs() {
      @Override
      public int columns() {
        return in.length() * taps;
      }

      @Override
      public Optional<Unrolling> unrolling() {
        return Optional.empty();
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
              blend(x, row * readerA.columns(), y, row * readerB.columns(), rows, row * stride);
            }
          }

          @Override
          public void readPlaces(int image, float[] rows) {
            throw new UnsupportedOperationException("rows of two networks");
          }

          private void blend(float[] x, int fromX, float[] y, int fromY, float[] rows, int at) {
            for (int e = 0; e < in.length(); e++) {
              int i = fromX + in.a()[e] * taps;
              int j = fromY + in.b()[e] * taps;
              for (int tap = 0; tap < taps; tap++) {
                rows[at + e * taps + tap] =
                    in.isOnlyA(e)
                        ? mix.onlyA() ? x[i + tap] : 0
                        : in.isOnlyB(e)
                            ? mix.onlyB() ? y[j + tap] : 0
                            : mix.ofA() * x[i + tap] + mix.ofB() * y[j + tap];
              }
            }
          }

          @Override
          public boolean isCopy() {
            return ofA.isCopy() || ofB.isCopy();
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
