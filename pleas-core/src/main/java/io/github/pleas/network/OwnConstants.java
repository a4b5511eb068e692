package io.github.pleas.network;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives each use of a constant its own copy where the constant says nothing of the units along an
 * axis. Exporters write equal constants once, so that layers which have nothing to do with each
 * other read one name: all offsets that are zero, all scales that are one, a mask that is the same
 * for all heads. What is the same all along an axis stays as it is in whatever order the axis is
 * put, so that it ties nobody's units to anybody else's. A weight that two layers share differs
 * along its axes and stays shared.
 */
final class OwnConstants {
  private OwnConstants() {}

  /** Gives uses their own copies; the first keeps the name, unless a subgraph reads it. */
  static void give(GraphEditor editor) {
    Map<String, Boolean> alike = new HashMap<>();
    Set<String> used = new HashSet<>();
    for (Node node : editor.nodes()) {
      List<String> own = new ArrayList<>();
      for (String input : node.inputs()) {
        boolean again = !used.add(input) || editor.isCaptured(input);
        boolean copied =
            again
                && editor.isConstant(input)
                && alike.computeIfAbsent(
                    input, name -> isAlikeAlongAnAxis(editor.constant(name).orElseThrow()));
        own.add(copied ? editor.addConstant(input, editor.constant(input).orElseThrow()) : input);
      }
      if (!own.equals(node.inputs())) {
        editor.replace(node, node.withInputs(own));
      }
    }
  }

  /**
   * Whether a constant with numbers or a mask is the same all along an axis that is no single
   * place.
   */
  private static boolean isAlikeAlongAnAxis(Tensor tensor) {
    if (tensor.type() != ElementType.FLOAT && tensor.type() != ElementType.BOOL) {
      return false;
    }
    for (int axis = 0; axis < tensor.rank(); axis++) {
      if (tensor.dimension(axis) > 1 && tensor.size() > 0 && isAlikeAlong(tensor, axis)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAlikeAlong(Tensor tensor, int axis) {
    byte[] bytes = tensor.bytes();
    int inner = tensor.type().bytes();
    for (int later = axis + 1; later < tensor.rank(); later++) {
      inner *= tensor.dimension(later);
    }
    int run = inner * tensor.dimension(axis);
    for (int outer = 0; outer < bytes.length; outer += run) {
      for (int at = outer + inner; at < outer + run; at += inner) {
        if (!Arrays.equals(bytes, outer, outer + inner, bytes, at, at + inner)) {
          return false;
        }
      }
    }
    return true;
  }
}
