package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What each layer of the trunk is fitted to, and in what order. A layer whose result is added to a
 * skip path is fitted to the originals' sum less what the merged skip path gives, so that its fit
 * makes up for the skip path's error; of two layers that are added to each other the deeper one is,
 * and the other comes first.
 */
public final class TargetPlan {
  /**
   * What a layer is fitted to.
   *
   * @param layer the layer
   * @param value the originals' value that holds the target
   * @param skip the merged network's value to take off, where the target is a sum
   */
  public record Target(Layer layer, String value, Optional<String> skip) {}

  private final Network network;
  private final boolean sums;
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Layer> layerByOutput = new HashMap<>();
  private final Map<String, Integer> depths = new HashMap<>();

  private TargetPlan(Network network, boolean sums) {
    this.network = network;
    this.sums = sums;
    for (Node node : network.graph().nodes()) {
      node.outputs().forEach(output -> producers.put(output, node));
      int depth = node.inputs().stream().mapToInt(this::depth).max().orElse(0) + 1;
      node.outputs().forEach(output -> depths.put(output, depth));
    }
    network.layers().forEach(layer -> layerByOutput.put(layer.output(), layer));
  }

  /**
   * The targets of the trunk's layers, each after the layers that its input and its skip path need.
   *
   * @param sums whether sums with skip paths are targets at all
   */
  public static List<Target> of(Network network, boolean sums) {
    return of(network, Tails.of(network), sums);
  }

  /**
   * The targets of the layers of a network that is a trunk, or has one.
   *
   * @param tails what is no part of the trunk
   * @param sums whether sums with skip paths are targets at all
   */
  public static List<Target> of(Network network, Tails tails, boolean sums) {
    return new TargetPlan(network, sums).targets(tails);
  }

  private List<Target> targets(Tails tails) {
    Map<Layer, Target> targets = new HashMap<>();
    for (Layer layer : network.layers()) {
      if (!tails.isHead(layer)) {
        targets.put(layer, target(layer));
      }
    }
    Set<Layer> ordered = new LinkedHashSet<>();
    for (Layer layer : network.layers()) {
      if (targets.containsKey(layer)) {
        place(layer, targets, ordered);
      }
    }
    return ordered.stream().map(targets::get).toList();
  }

  private Target target(Layer layer) {
    Target own = new Target(layer, layer.output(), Optional.empty());
    List<Node> users = network.consumers(layer.output());
    // A grouped convolution is solved group by group, each for its own units.
    boolean whole = layer.kind() != Layer.Kind.GROUPED;
    if (!sums || !whole || users.size() != 1 || !users.get(0).is("Add")) {
      return own;
    }
    Node add = users.get(0);
    String other = add.input(0).equals(layer.output()) ? add.input(1) : add.input(0);
    boolean sameShape =
        !network.isConstant(other)
            && !other.equals(layer.output())
            && network.shape(other).equals(network.shape(layer.output()))
            && network.shape(add.output()).equals(network.shape(layer.output()));
    if (!sameShape || isDeeper(other, layer)) {
      return own;
    }
    return new Target(layer, add.output(), Optional.of(other));
  }

  /**
   * Whether the other side of an Add is a layer too, and the one that makes up for this one's
   * error.
   */
  private boolean isDeeper(String other, Layer layer) {
    Layer rival = layerByOutput.get(other);
    if (rival == null || network.consumers(other).size() != 1) {
      return false;
    }
    int difference = depth(other) - depth(layer.output());
    return difference > 0
        || difference == 0 && network.layers().indexOf(rival) > network.layers().indexOf(layer);
  }

  /** Nodes on the longest way from the input. */
  private int depth(String value) {
    return depths.getOrDefault(value, 0);
  }

  private void place(Layer layer, Map<Layer, Target> targets, Set<Layer> ordered) {
    if (ordered.contains(layer)) {
      return;
    }
    Set<Layer> before = new LinkedHashSet<>();
    Set<String> seen = new HashSet<>();
    upstream(layer.input(), before, seen);
    requireNonNull(targets.get(layer)).skip().ifPresent(skip -> upstream(skip, before, seen));
    for (Layer needed : before) {
      if (targets.containsKey(needed)) {
        place(needed, targets, ordered);
      }
    }
    ordered.add(layer);
  }

  /**
   * The layers right before a value: those on whose results it depends without another layer
   * between.
   */
  private void upstream(String value, Set<Layer> found, Set<String> seen) {
    List<String> open = new ArrayList<>(List.of(value));
    while (!open.isEmpty()) {
      String next = open.remove(open.size() - 1);
      if (!seen.add(next)) {
        continue;
      }
      Layer layer = layerByOutput.get(next);
      if (layer != null) {
        found.add(layer);
      } else if (producers.containsKey(next)) {
        open.addAll(producers.get(next).inputs());
      }
    }
  }
}
