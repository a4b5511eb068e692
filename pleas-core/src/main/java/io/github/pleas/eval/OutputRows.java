package io.github.pleas.eval;

import io.github.pleas.network.TokenMask;
import io.github.pleas.network.TokenPositions;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;

/**
 * An output as rows that are compared with each other. Where it has no tokens, or nobody knows of
 * them, a row is all that a sample has. Where it has numbers for each token, a row is what one real
 * token has, or what a text has once these are pooled; what only fills a text up is in none.
 */
public final class OutputRows {
  private final Pooling pooling;
  private final int width;
  private final TokenPositions places;
  private final boolean tokens;

  /**
   * The rows of an output.
   *
   * @param shape of the output; units on its last axis where it has tokens
   * @param pooling of tokens
   */
  public OutputRows(ValueShape shape, Pooling pooling) {
    this.pooling = pooling;
    this.tokens = hasTokens(shape);
    this.width =
        tokens ? shape.dimension(shape.rank() - 1) : Math.toIntExact(shape.elementsPerImage());
    this.places =
        tokens
            ? TokenPositions.of(shape, shape.rank() - 1)
            : new TokenPositions(1, new int[0], new int[0]);
  }

  /** Whether an output has numbers for each token, so that pooling changes what is compared. */
  public static boolean hasTokens(ValueShape shape) {
    return shape.tokenAxes().length > 0 && shape.rank() > 2;
  }

  /** Numbers in a row. */
  public int width() {
    return width;
  }

  /**
   * The rows of a batch.
   *
   * @param values the output, [count, numbers of a sample], from position 0
   * @param first the first sample of the batch
   * @param mask which tokens are real
   * @return [rows, width]
   */
  public FloatBuffer of(FloatBuffer values, int first, int count, TokenMask mask) {
    if (!tokens) {
      return values.duplicate().position(0).limit(count * width).slice();
    }
    int[][] real = new int[count][];
    int rows = 0;
    for (int i = 0; i < count; i++) {
      real[i] = places.real(mask, first + i);
      rows += pooling == Pooling.TOKENS ? real[i].length : 1;
    }
    FloatBuffer all = FloatBuffer.allocate(rows * width);
    for (int i = 0; i < count; i++) {
      int start = i * places.positions() * width;
      switch (pooling) {
        case TOKENS -> {
          for (int position : real[i]) {
            all.put(values.slice(start + position * width, width));
          }
        }
        case CLS -> all.put(values.slice(start + real[i][0] * width, width));
        case MEAN -> all.put(mean(values, start, real[i]));
      }
    }
    return all.flip();
  }

  private float[] mean(FloatBuffer values, int start, int[] positions) {
    double[] sum = new double[width];
    for (int position : positions) {
      for (int k = 0; k < width; k++) {
        sum[k] += values.get(start + position * width + k);
      }
    }
    float[] mean = new float[width];
    for (int k = 0; k < width; k++) {
      mean[k] = (float) (sum[k] / positions.length);
    }
    return mean;
  }
}
