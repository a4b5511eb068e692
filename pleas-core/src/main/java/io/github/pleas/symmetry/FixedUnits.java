package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the units that operators with weights write and that do not move, and why. */
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

  /** By operator, in graph order, and reason. */
  List<Symmetry.Fixed> find() {
    List<Symmetry.Fixed> fixed = new ArrayList<>();
    List<UnitWriter> writers = UnitWriter.of(network);
    Set<String> readOn = UnitWriter.readOn(network, writers);
    for (UnitWriter writer : writers) {
      Map<Why, List<Integer>> units = new LinkedHashMap<>();
      int[][] places = places(writer);
      boolean last = writer.node().outputs().stream().noneMatch(readOn::contains);
      for (int unit = 0; unit < places.length; unit++) {
        int at = unit;
        why(writer, places[unit], last)
            .ifPresent(why -> units.computeIfAbsent(why, any -> new ArrayList<>()).add(at));
      }
      units.forEach(
          (why, at) ->
              fixed.add(
                  new Symmetry.Fixed(
                      writer.name(),
                      writer.tensor(),
                      writer.axes(),
                      Symmetry.Range.of(at),
                      why.reason(),
                      why.operator(),
                      why.output())));
    }
    return fixed;
  }

  /** For each unit of an operator the elements where it stands; none where no rule gave any. */
  private int[][] places(UnitWriter writer) {
    int[] axes = writer.axes().stream().mapToInt(Integer::intValue).toArray();
    ConstantUnits weight = ties.constants().get(writer.tensor());
    if (weight != null) {
      for (Elements e : weight.elements()) {
        if (weight.tensorAxis(e.axes()).equals(Optional.of(axes[0]))) {
          return e.rows(e.axes());
        }
      }
    }
    for (Elements e : ties.values().getOrDefault(writer.tensor(), List.of())) {
      if (Arrays.stream(axes).allMatch(e::has)) {
        return e.rows(axes);
      }
    }
    return new int[writer.units()][0];
  }

  /**
   * Why a unit stays.
   *
   * @param last whether nothing that makes units comes behind its operator
   */
  private Optional<Why> why(UnitWriter writer, int[] places, boolean last) {
    if (places.length == 0) {
      String reason = "no rule says where the units of " + Ties.name(writer.node()) + " are";
      return Optional.of(new Why(reason, Optional.of(writer.node()), last));
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
