package io.github.pleas.data;

import java.nio.FloatBuffer;

/** Rows of floats in Java's heap, more of them than one Java array can hold. */
final class FloatStore implements FloatRows {
  private static final int CHUNK_FLOATS = 1 << 24;

  private final int rowLength;
  private final int rowsPerChunk;
  private final float[][] chunks;

  FloatStore(int rows, int rowLength) {
    this.rowLength = rowLength;
    this.rowsPerChunk = Math.max(1, CHUNK_FLOATS / rowLength);
    this.chunks = new float[(int) (((long) rows + rowsPerChunk - 1) / rowsPerChunk)][];
    for (int i = 0; i < chunks.length; i++) {
      int inChunk = Math.min(rowsPerChunk, rows - i * rowsPerChunk);
      chunks[i] = new float[inChunk * rowLength];
    }
  }

  @Override
  public void put(int row, float[] values) {
    System.arraycopy(
        values, 0, chunks[row / rowsPerChunk], row % rowsPerChunk * rowLength, rowLength);
  }

  @Override
  public void get(int row, FloatBuffer target) {
    target.put(chunks[row / rowsPerChunk], row % rowsPerChunk * rowLength, rowLength);
  }

  @Override
  public void close() {
    // Nothing but arrays.
  }
}
