package io.github.pleas.network;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Constants that are the beginning of a table in the file, such as the embeddings of as many
 * positions as the texts have tokens: what follows in the table.
 */
final class TokenTables {
  private TokenTables() {}

  /**
   * Finds them.
   *
   * @param network read for texts of one length
   * @param other the same network, read for texts that are a token shorter
   * @param file the graph that both were read from
   * @return by the constant's name what follows it, along the same axis
   */
  static Map<String, Tensor> rest(Network network, Network other, Graph file) {
    Map<String, Tensor> rest = new HashMap<>();
    network
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              Tensor shorter = other.graph().initializers().get(name);
              if (shorter != null && tensor.isFloat()) {
                axis(tensor, shorter)
                    .flatMap(axis -> rest(tensor, axis, file))
                    .ifPresent(rows -> rest.put(name, rows));
              }
            });
    return rest;
  }

  /**
   * The one axis along which a constant grows with the text, where only axes of 1 are before it.
   */
  private static Optional<Integer> axis(Tensor tensor, Tensor shorter) {
    if (tensor.rank() != shorter.rank()) {
      return Optional.empty();
    }
    int[] grown =
        IntStream.range(0, tensor.rank())
            .filter(axis -> tensor.dimension(axis) != shorter.dimension(axis))
            .toArray();
    boolean first =
        grown.length == 1
            && IntStream.range(0, grown[0]).allMatch(axis -> tensor.dimension(axis) == 1);
    return first ? Optional.of(grown[0]) : Optional.empty();
  }

  private static Optional<Tensor> rest(Tensor begin, int axis, Graph file) {
    int rows = begin.dimension(axis);
    int width = begin.size() / rows;
    for (Tensor table : file.initializers().values()) {
      if (!table.isFloat() || table.rank() == 0 || table.size() % width != 0) {
        continue;
      }
      int all = table.size() / width;
      for (int from = 0; from + rows < all; from++) {
        if (stands(begin.floats(), table.floats(), from * width)) {
          int[] shape = begin.shape();
          shape[axis] = all - from - rows;
          float[] numbers = new float[shape[axis] * width];
          System.arraycopy(table.floats(), (from + rows) * width, numbers, 0, numbers.length);
          return Optional.of(Tensor.ofFloats(shape, numbers));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean stands(float[] begin, float[] table, int from) {
    for (int i = 0; i < begin.length; i++) {
      if (begin[i] != table[from + i]) {
        return false;
      }
    }
    return true;
  }
}
