package io.github.pleas.layout;

import static java.util.Objects.requireNonNull;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The merged graph while trunk and tails are added to it. */
final class Draft {
  final List<Node> nodes = new ArrayList<>();
  final Map<String, Tensor> constants = new LinkedHashMap<>();
  final Map<String, ValueShape> shapes = new LinkedHashMap<>();
  final List<MergedLayer> layers = new ArrayList<>();
  final MergedNames names;
  final MergedNames nodeNames;

  /** What fits solve for, in the originals' names. */
  private final Set<String> fitted = new HashSet<>();

  private final Map<Origin, String> constantNames = new HashMap<>();

  /** For a layer's Add of its bias: the name of the bias in the merged network. */
  private final Map<String, String> biasNames = new HashMap<>();

  /**
   * A constant that no fit solves for.
   *
   * @param name its name in the originals
   * @param suffix of the tail that it belongs to; empty for both originals'
   */
  private record Origin(String name, String suffix) {}

  Draft(Network a, Network b, Heads heads) {
    this.names = MergedNames.ofValues(a, b, heads);
    this.nodeNames = MergedNames.ofNodes(a, b, heads);
    for (Network network : List.of(a, b)) {
      for (Layer layer : network.layers()) {
        fitted.add(layer.weight());
        layer.bias().ifPresent(fitted::add);
      }
    }
  }

  ValueShape shape(String value) {
    return requireNonNull(shapes.get(value), value);
  }

  /**
   * Adds a layer to be fitted.
   *
   * @return its node, with the names of its parameters
   */
  Node addLayer(Node node, MergedLayer layer) {
    layers.add(layer);
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(1, layer.weight());
    if (layer.layer().kind() == Layer.Kind.MATMUL) {
      layer.bias().ifPresent(bias -> biasNames.put(layer.layer().output(), bias));
    } else if (layer.bias().isPresent()) {
      inputs.set(2, layer.bias().get());
    }
    Node changed = node.withInputs(inputs);
    return layer.layer().kind() == Layer.Kind.DEPTHWISE
        ? changed.withAttribute("group", new Attribute.Int(layer.out().length()))
        : changed;
  }

  /** The names of the parameters of a layer. */
  static Set<String> parameters(MergedLayer layer) {
    Set<String> names = new HashSet<>(Set.of(layer.weight()));
    layer.bias().ifPresent(names::add);
    return names;
  }

  /**
   * Puts in the constants of a node that no fit solves for.
   *
   * @param own inputs that stay as they are
   * @param suffix of the tail that the node belongs to; empty for both originals'
   * @param from whose constants they are
   * @param values the merged network's constants by the originals' name
   */
  Node withConstants(
      Node node, Set<String> own, String suffix, Network from, Function<String, Tensor> values) {
    Optional<String> bias = Optional.ofNullable(biasNames.get(node.output()));
    List<String> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      if (own.contains(input) || !from.isConstant(input)) {
        inputs.add(input);
      } else if (fitted.contains(input) && bias.isPresent() && node.is("Add")) {
        inputs.add(bias.get());
      } else {
        // What a layer's weight is to a node that is no layer stays the originals' constant.
        String name =
            constantNames.computeIfAbsent(
                new Origin(input, suffix), origin -> names.take(input, suffix));
        constants.computeIfAbsent(name, absent -> values.apply(input));
        inputs.add(name);
      }
    }
    return node.withInputs(inputs);
  }

  /** The bias of a layer of both tails is each one's own: what one called so is done with. */
  void forgetBiases() {
    biasNames.clear();
  }
}
