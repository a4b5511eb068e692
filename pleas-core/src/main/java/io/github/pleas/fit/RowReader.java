package io.github.pleas.fit;

import java.nio.FloatBuffer;

/** Reads what a layer sees at one position of one image. Thread-safe. */
public interface RowReader {
  /** Numbers in a row. */
  int columns();

  /**
   * Reads a row.
   *
   * @param batch the layer's input, images one after another
   * @param image which image of the batch
   * @param position which position of the layer's output
   * @param row where to write, from index 0
   */
  void read(FloatBuffer batch, int image, int position, float[] row);
}
