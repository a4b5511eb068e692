package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the units of layers' outputs that do not move, and why. */
final class FixedUnits {
  private record Why(String reason, Optional<Node> operator, boolean output) {}

  private final Network network;
  private final Ties ties;
  private final Set<Integer> moving;
  private final Map<Integer, String> toldApart;
  private final Set<Integer> outputs = new HashSet<>();

  /**
   * A search.
   *
   * @param moving the classes of elements that are units of some group
   * @param toldApart for classes that a constant tells from others, which must stay: that constant
   */
  FixedUnits(Network network, Ties ties, Set<Integer> moving, Map<Integer, String> toldApart) {
    this.network = network;
    this.ties = ties;
    this.moving = moving;
    this.toldApart = toldApart;
    for (ValueInfo output : network.graph().outputs()) {
      for (Elements e : ties.values().getOrDefault(output.name(), List.of())) {
        for (int id : e.ids()) {
          outputs.add(ties.classes().find(id));
        }
      }
    }
  }

  /** By layer, in graph order, and reason. */
  List<Symmetry.Fixed> find() {
    List<Symmetry.Fixed> fixed = new ArrayList<>();
    for (Layer layer : network.layers()) {
      int axis = layer.unitAxis(network.shape(layer.output()).rank());
      Map<Why, List<Integer>> units = new LinkedHashMap<>();
      int[][] places = places(layer, axis);
      for (int unit = 0; unit < places.length; unit++) {
        int at = unit;
        why(places[unit])
            .ifPresent(why -> units.computeIfAbsent(why, any -> new ArrayList<>()).add(at));
      }
      units.forEach(
          (why, at) ->
              fixed.add(
                  new Symmetry.Fixed(
                      layer.name(),
                      layer.output(),
                      axis,
                      Symmetry.Range.of(at),
                      why.reason(),
                      why.operator(),
                      why.output())));
    }
    return fixed;
  }

  /** For each output unit of a layer the elements where it stands; none where no rule gave any. */
  private int[][] places(Layer layer, int axis) {
    for (Elements e : ties.values().getOrDefault(layer.output(), List.of())) {
      if (e.has(axis)) {
        return e.rows(new int[] {axis});
      }
    }
    return new int[layer.outputs()][0];
  }

  private Optional<Why> why(int[] places) {
    if (places.length == 0) {
      return Optional.of(new Why("no rule says where its units are", Optional.empty(), false));
    }
    for (int id : places) {
      int root = ties.classes().find(id);
      if (!moving.contains(root)) {
        Reason reason =
            ties.classes()
                .reasonFixed(root)
                .orElseGet(() -> new Reason(alone(root), Optional.empty()));
        return Optional.of(new Why(reason.text(), reason.node(), outputs.contains(root)));
      }
    }
    return Optional.empty();
  }

  private String alone(int root) {
    String constant = toldApart.get(root);
    return constant == null
        ? "the only unit of its kind"
        : "told from others by '" + constant + "', which stays as it is";
  }
}
