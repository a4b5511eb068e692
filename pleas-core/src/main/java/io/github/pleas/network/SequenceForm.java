package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One exporter writes a split as a sequence of tensors, from which each is taken by its place:
 * SplitToSequence, SequenceAt (ONNX). Each that is taken becomes a Slice, or a Gather where the
 * axis goes away, of the tensor that was split.
 */
final class SequenceForm {
  private SequenceForm() {}

  /**
   * Rewrites a SequenceAt of a split.
   *
   * @param rank of the tensor that is taken
   */
  static void at(GraphEditor editor, Node node, int rank) {
    Optional<Node> split = editor.producer(node.input(0)).filter(n -> n.is("SplitToSequence"));
    Optional<Tensor> place = editor.constant(node.input(1));
    if (split.isEmpty() || place.isEmpty()) {
      return;
    }
    long index = place.get().longs()[0];
    long axis = split.get().intAttribute("axis", 0);
    String data = split.get().input(0);
    if (!split.get().hasInput(1)) {
      boolean kept = split.get().intAttribute("keepdims", 1) != 0;
      take(editor, node, data, index, axis, kept);
      return;
    }
    Optional<Tensor> sizes = editor.constant(split.get().input(1));
    if (sizes.isEmpty() || index < 0) {
      return;
    }
    long start = 0;
    long end;
    if (sizes.get().rank() == 0) {
      start = index * sizes.get().longs()[0];
      end = start + sizes.get().longs()[0]; // Slice stops at the axis's end, as the split does
    } else {
      for (int i = 0; i < index; i++) {
        start += sizes.get().longs()[i];
      }
      end = start + sizes.get().longs()[(int) index];
    }
    editor.replace(
        node,
        new Node(
            node.name(),
            "Slice",
            "",
            List.of(
                data,
                number(editor, node, "_start", start),
                number(editor, node, "_end", end),
                number(editor, node, "_axis", axis < 0 ? axis + rank : axis)),
            node.outputs(),
            Map.of()));
  }

  private static void take(
      GraphEditor editor, Node node, String data, long index, long axis, boolean kept) {
    int[] shape = kept ? new int[] {1} : new int[0];
    String place =
        editor.addConstant(node.output() + "_place", Tensor.ofLongs(shape, new long[] {index}));
    editor.replace(
        node,
        new Node(
            node.name(),
            "Gather",
            "",
            List.of(data, place),
            node.outputs(),
            Map.of("axis", new Attribute.Int(axis))));
  }

  private static String number(GraphEditor editor, Node node, String what, long value) {
    return editor.addConstant(
        node.output() + what, Tensor.ofLongs(new int[] {1}, new long[] {value}));
  }
}
