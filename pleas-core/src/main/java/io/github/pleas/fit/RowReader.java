package io.github.pleas.fit;

import java.nio.FloatBuffer;

/** Reads what a layer sees at one position of one image. Thread-safe. */
public interface RowReader {
  /** Numbers in a row. */
  int columns();

  /** The same rows as indices into the layer's input. */
  Unrolling unrolling();

  /**
   * Reads rows.
   *
   * @param batch the layer's input, images one after another
   * @param image which image of the batch
   * @param positions which positions of the layer's output
   * @param rows where to write the row of the k-th position: from index {@code k * stride}
   * @param stride numbers from one row to the next, at least {@link #columns}
   */
  void read(FloatBuffer batch, int image, int[] positions, float[] rows, int stride);
}
