package io.github.pleas.onnx;

import java.util.List;

/**
 * A declared input or output of a graph.
 *
 * @param name the value's name
 * @param type its element type
 * @param shape its dimensions; empty for a scalar or where the file declares none
 */
public record ValueInfo(String name, ElementType type, List<Dimension> shape) {
  /**
   * A declared dimension.
   *
   * @param size its length, or -1 where it is free
   * @param symbol its name where it is free, else ""
   */
  public record Dimension(long size, String symbol) {
    public static Dimension of(long size) {
      return new Dimension(size, "");
    }

    public static Dimension free(String symbol) {
      return new Dimension(-1, symbol);
    }

    public boolean isFree() {
      return size < 0;
    }

    @Override
    public String toString() {
      return isFree() ? (symbol.isEmpty() ? "?" : symbol) : Long.toString(size);
    }
  }

  public ValueInfo {
    shape = List.copyOf(shape);
  }
}
