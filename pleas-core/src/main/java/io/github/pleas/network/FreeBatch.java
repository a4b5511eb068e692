package io.github.pleas.network;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the batch size of the exporter's example out of a graph that was exported for one batch
 * size.
 */
final class FreeBatch {
  private FreeBatch() {}

  /** A declared value whose first axis is free. */
  static ValueInfo free(ValueInfo value) {
    if (value.shape().isEmpty()) {
      return value;
    }
    List<ValueInfo.Dimension> shape = new ArrayList<>(value.shape());
    if (!shape.get(0).isFree()) {
      shape.set(0, ValueInfo.Dimension.free("batch"));
    }
    return new ValueInfo(value.name(), value.type(), shape);
  }

  /**
   * The canonical graph of a network of one batch size, with reshapes that leave the batch free
   * wherever their first axis is the batch on both sides. Whether the result computes the same is
   * for the caller to observe.
   */
  static Optional<Graph> of(Network network, int batch) {
    GraphEditor editor = new GraphEditor(network.graph());
    boolean changed = false;
    for (Node node : editor.nodes()) {
      if (!node.is("Reshape") || editor.constant(node.input(1)).isEmpty()) {
        continue;
      }
      int[] in = network.shape(node.input(0)).forBatch(batch);
      int[] out = network.shape(node.output()).forBatch(batch);
      if (in.length > 0 && out.length > 0 && in[0] == batch && out[0] == batch) {
        long[] target = new long[out.length];
        for (int axis = 0; axis < out.length; axis++) {
          target[axis] = axis == 0 ? -1 : out[axis];
        }
        String shape =
            editor.addConstant(
                node.output() + "_shape", Tensor.ofLongs(new int[] {target.length}, target));
        editor.replace(node, node.withInputs(List.of(node.input(0), shape)));
        changed = true;
      }
    }
    Graph graph = editor.build();
    return changed
        ? Optional.of(
            graph
                .withInputs(List.of(free(graph.inputs().get(0))))
                .withOutputs(graph.outputs().stream().map(FreeBatch::free).toList()))
        : Optional.empty();
  }
}
