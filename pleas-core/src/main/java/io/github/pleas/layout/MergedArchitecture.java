package io.github.pleas.layout;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.List;
import java.util.Map;

/**
 * The merged network before its layers have weights.
 *
 * @param graph the merged graph; its initializers are the constants that no fit solves for
 * @param shapes the shape of each value
 * @param layers the layers to fit, trunk first, in graph order
 * @param heads whose outputs it has
 */
public record MergedArchitecture(
    Graph graph, Map<String, ValueShape> shapes, List<MergedLayer> layers, Heads heads) {
  public MergedArchitecture {
    shapes = Map.copyOf(shapes);
    layers = List.copyOf(layers);
  }

  /** The shape of a value. */
  public ValueShape shape(String value) {
    ValueShape shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalArgumentException("no value '" + value + "' in the merged network");
    }
    return shape;
  }

  /** The graph with all its constants. */
  public Graph withWeights(Map<String, Tensor> constants) {
    return graph.withInitializers(constants);
  }
}
