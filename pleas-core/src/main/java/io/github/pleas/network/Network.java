package io.github.pleas.network;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A network in canonical form.
 *
 * @param source what it was read from, for messages
 * @param graph the canonical graph: no foldable constants, no BatchNormalization behind a linear
 *     layer
 * @param shapes the true shape of every value
 * @param types the element type of every value that is a tensor
 * @param fixedBatch the only batch size that the graph takes, if it takes only one
 * @param layers the layers with weights, in graph order
 * @param stored the precision of its weights in the file that it was read from; here it is single
 */
public record Network(
    String source,
    Graph graph,
    Map<String, ValueShape> shapes,
    Map<String, ElementType> types,
    OptionalInt fixedBatch,
    List<Layer> layers,
    Precision stored) {
  public Network {
    shapes = Map.copyOf(shapes);
    types = Map.copyOf(types);
    layers = List.copyOf(layers);
  }

  /** The name of the one input. */
  public String input() {
    return graph.inputs().get(0).name();
  }

  /** The shape of a value, of a constant too. */
  public ValueShape shape(String value) {
    Tensor constant = graph.initializers().get(value);
    if (constant != null) {
      return new ValueShape(constant.shape(), -1);
    }
    ValueShape shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalArgumentException("no value '" + value + "' in " + source);
    }
    return shape;
  }

  /** Whether a value or constant is a single-precision tensor: no mask, index or sequence. */
  public boolean isFloat(String value) {
    Tensor constant = graph.initializers().get(value);
    return constant != null ? constant.isFloat() : types.get(value) == ElementType.FLOAT;
  }

  /** Whether it computes a value of a name. */
  public boolean hasValue(String name) {
    return shapes.containsKey(name);
  }

  public boolean isConstant(String value) {
    return graph.initializers().containsKey(value);
  }

  /** A constant by name. */
  public Tensor constant(String name) {
    Tensor tensor = graph.initializers().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no constant '" + name + "' in " + source);
    }
    return tensor;
  }

  /** The nodes that read a value, in graph order. */
  public List<Node> consumers(String value) {
    return graph.nodes().stream().filter(node -> Subgraphs.reads(node).contains(value)).toList();
  }

  /** Multiply-accumulates of all layers, and of products of computed values, for one image. */
  public long macs() {
    return layers.stream().mapToLong(layer -> layer.macs(this)).sum() + macsOfProducts();
  }

  /** Multiply-accumulates of products of computed values, as of attention, for one image. */
  public long macsOfProducts() {
    return Product.of(this).stream().mapToLong(product -> product.macs(this::shape)).sum();
  }

  /** Numbers in floating-point constants. */
  public long parameters() {
    return graph.initializers().values().stream()
        .filter(Tensor::isFloat)
        .mapToLong(Tensor::size)
        .sum();
  }

  /** This network with other constants of the same shapes. */
  public Network withConstants(Map<String, Tensor> changed) {
    Map<String, Tensor> all = new LinkedHashMap<>(graph.initializers());
    all.putAll(changed);
    return new Network(
        source, graph.withInitializers(all), shapes, types, fixedBatch, layers, stored);
  }

  /** This network, read from weights of a precision. */
  Network storedIn(Precision precision) {
    return new Network(source, graph, shapes, types, fixedBatch, layers, precision);
  }
}
