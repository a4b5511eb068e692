package io.github.pleas.budget;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The numbers that the merged network has beside the weights and biases of its layers: constants
 * that other operators read, and what a BatchNormalization that stands alone subtracts and divides
 * by. In the trunk they are as long as the units on them; in the tails each original has its own.
 */
final class OtherConstants {
  private final Network a;
  private final Network b;
  private final Symmetry symmetry;
  private final boolean separateHeads;
  private final AxisLengths lengths;
  private final Tails tails;
  private final Map<Node, Layer> layers = new HashMap<>();
  private final Set<String> fitted = new HashSet<>();
  private final Set<String> biased = new HashSet<>();

  OtherConstants(Network a, Network b, Symmetry symmetry, boolean separateHeads) {
    this.a = a;
    this.b = b;
    this.symmetry = symmetry;
    this.separateHeads = separateHeads;
    this.lengths = new AxisLengths(symmetry);
    this.tails = Tails.of(a);
    for (Layer layer : a.layers()) {
      layers.put(layer.node(), layer);
      fitted.add(layer.weight());
      layer.bias().ifPresent(fitted::add);
      if (layer.kind() == Layer.Kind.MATMUL && layer.bias().isPresent()) {
        biased.add(layer.output());
      }
    }
  }

  /** Adds how many there are. One that several operators read counts once. */
  void addTo(QuadraticCost.Builder cost) {
    Set<String> common = new HashSet<>();
    Set<String> own = new HashSet<>();
    for (Node node : a.graph().nodes()) {
      boolean ofEach = separateHeads && tails.isTail(node);
      for (String name : read(node)) {
        if (ofEach && own.add(name)) {
          cost.add((long) a.constant(name).size() + b.constant(name).size());
        } else if (!ofEach && common.add(name)) {
          add(cost, name);
        }
      }
    }
  }

  /** The floating-point constants that a node reads, but for what a fit solves for. */
  private List<String> read(Node node) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      String name = node.input(i);
      boolean parameter = layers.containsKey(node) && (i == 1 || i == 2);
      boolean bias = fitted.contains(name) && node.is("Add") && biased.contains(node.output());
      if (a.isConstant(name) && a.constant(name).isFloat() && !parameter && !bias) {
        names.add(name);
      }
    }
    return names;
  }

  private void add(QuadraticCost.Builder cost, String name) {
    Tensor constant = a.constant(name);
    // Units on several axes together are all merged.
    boolean together =
        symmetry.standings(name).stream()
            .anyMatch(s -> s.units().moves() && !s.isOn(s.axes().get(0)));
    long still = 1;
    List<AxisLength> moving = new ArrayList<>();
    for (int axis = 0; axis < constant.rank(); axis++) {
      AxisLength length = lengths.of(name, axis, constant.dimension(axis));
      if (length.moves() && !together) {
        moving.add(length);
      } else {
        still *= length.merged();
      }
    }
    if (moving.size() > 2) {
      throw new IllegalArgumentException(
          "units move on %d axes of '%s'; expected two at most".formatted(moving.size(), name));
    }
    AxisLength one = AxisLength.constant(1);
    cost.addProduct(
        still, moving.isEmpty() ? one : moving.get(0), moving.size() < 2 ? one : moving.get(1));
  }
}
