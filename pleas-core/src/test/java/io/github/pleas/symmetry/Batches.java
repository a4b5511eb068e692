package io.github.pleas.symmetry;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.List;

/** Graphs that declare a batch size, as exporters write them by default. */
final class Batches {
  private Batches() {}

  static Graph fixed(Graph graph, int batch) {
    ValueInfo input = graph.inputs().get(0);
    List<ValueInfo.Dimension> shape = new ArrayList<>(input.shape());
    shape.set(0, ValueInfo.Dimension.of(batch));
    return graph.withInputs(List.of(new ValueInfo(input.name(), input.type(), shape)));
  }
}
