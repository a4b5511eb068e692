package io.github.pleas.budget;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The numbers that the merged network has beside the weights and biases of its layers: constants
 * that other operators read, and what a BatchNormalization that stands alone subtracts and divides
 * by. In the trunk they are as long as the units on them; in the tails each original has its own.
 */
final class OtherConstants {
  private final Network a;
  private final Tails trunk;
  private final List<CostModel.Ending> endings;
  private final AxisLengths lengths;

  OtherConstants(Network a, Tails trunk, List<CostModel.Ending> endings, AxisLengths lengths) {
    this.a = a;
    this.trunk = trunk;
    this.endings = endings;
    this.lengths = lengths;
  }

  /** Adds how many there are. One that several operators of a part read counts once. */
  void addTo(QuadraticCost.Builder cost) {
    read(a, node -> !trunk.isTail(node)).forEach(name -> add(cost, name));
    for (CostModel.Ending ending : endings) {
      for (String name : read(ending.network(), ending.tails()::isTail)) {
        cost.add(ending.network().constant(name).size());
      }
    }
  }

  /** The floating-point constants that some nodes read, but for what a fit solves for. */
  private static Set<String> read(Network network, Predicate<Node> part) {
    Map<Node, Layer> layers = new HashMap<>();
    Set<String> parameters = new HashSet<>();
    Set<String> biased = new HashSet<>();
    for (Layer layer : network.layers()) {
      layers.put(layer.node(), layer);
      parameters.add(layer.weight());
      layer.bias().ifPresent(parameters::add);
      if (layer.kind() == Layer.Kind.MATMUL && layer.bias().isPresent()) {
        biased.add(layer.output());
      }
    }
    Set<String> names = new LinkedHashSet<>();
    for (Node node : network.graph().nodes()) {
      for (int i = 0; part.test(node) && i < node.inputs().size(); i++) {
        String name = node.input(i);
        boolean parameter = layers.containsKey(node) && (i == 1 || i == 2);
        boolean bias =
            parameters.contains(name) && node.is("Add") && biased.contains(node.output());
        if (network.isConstant(name) && network.constant(name).isFloat() && !parameter && !bias) {
          names.add(name);
        }
      }
    }
    return names;
  }

  private void add(QuadraticCost.Builder cost, String name) {
    Tensor constant = a.constant(name);
    long still = 1;
    List<AxisLength> moving = new ArrayList<>();
    for (int axis = 0; axis < constant.rank(); axis++) {
      AxisLength length = lengths.of(name, axis, constant.dimension(axis));
      if (length.moves()) {
        moving.add(length);
      } else {
        still *= length.merged();
      }
    }
    if (moving.size() > 2) {
      throw new InvalidInputException(
          "units on %d axes of '%s' could be separate; expected two at most"
              .formatted(moving.size(), name));
    }
    AxisLength one = AxisLength.constant(1);
    cost.addProduct(
        still, moving.isEmpty() ? one : moving.get(0), moving.size() < 2 ? one : moving.get(1));
  }
}
