package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the unit groups of a network: applies each operator's rule in graph order, fixes what
 * touches the outputs, and puts together the units that stand in the same places equally often.
 * Linear in the elements of all axes.
 */
public final class SymmetryAnalysis {
  private final OperatorRules rules;

  public SymmetryAnalysis(OperatorRules rules) {
    this.rules = rules;
  }

  /** The symmetry of a network. */
  public Symmetry analyse(Network network) {
    Ties ties = new Ties(network);
    List<String> unknown = new ArrayList<>();
    Set<String> read = valuesRead(network);
    for (Node node : network.graph().nodes()) {
      Optional<OperatorRule> rule = rules.of(node);
      if (rule.isPresent() && node.outputs().stream().skip(1).noneMatch(read::contains)) {
        ties.apply(rule.get(), node);
      } else if (rule.isPresent()) {
        // The rules speak of first outputs only: of a MaxPool's indices, say, they know nothing.
        ties.fixInputs(node, Ties.name(node) + " has more than one output in use");
      } else {
        unknown.add(Ties.name(node));
        ties.fixInputs(node, "no rule for operator " + Ties.name(node));
      }
    }
    for (ValueInfo output : network.graph().outputs()) {
      for (int axis = 0; axis < network.shape(output.name()).rank(); axis++) {
        ties.elements(output.name(), axis)
            .ifPresent(ids -> ties.fix(ids, "output '" + output.name() + "' of the network"));
      }
    }
    return grouped(network, ties, unknown);
  }

  private static Set<String> valuesRead(Network network) {
    Set<String> read = new HashSet<>();
    network.graph().nodes().forEach(node -> read.addAll(Subgraphs.reads(node)));
    network.graph().outputs().forEach(output -> read.add(output.name()));
    return read;
  }

  private static Symmetry grouped(Network network, Ties ties, List<String> unknown) {
    ElementClasses classes = ties.classes();
    // Where each class stands: the places, each as often as the class has elements there.
    Map<Integer, List<Integer>> standing = new LinkedHashMap<>();
    List<UnitGroup.Member> places = new ArrayList<>();
    ties.forEachAxis(
        (tensor, axis, ids) -> {
          for (int id : ids) {
            if (classes.whyFixed(id).isEmpty()) {
              standing
                  .computeIfAbsent(classes.find(id), any -> new ArrayList<>())
                  .add(places.size());
            }
          }
          places.add(new UnitGroup.Member(tensor, axis));
        });
    Map<List<Integer>, List<Integer>> byPlaces = new LinkedHashMap<>();
    standing.forEach(
        (root, at) -> byPlaces.computeIfAbsent(at, any -> new ArrayList<>()).add(root));

    Map<Integer, int[]> unitOf = new HashMap<>();
    List<UnitGroup> groups = new ArrayList<>();
    byPlaces.forEach(
        (at, roots) -> {
          if (roots.size() < 2) {
            return;
          }
          int index = groups.size();
          Optional<String> rigid = Optional.empty();
          for (int unit = 0; unit < roots.size(); unit++) {
            unitOf.put(roots.get(unit), new int[] {index, unit});
            if (rigid.isEmpty()) {
              rigid = classes.whyRigid(roots.get(unit));
            }
          }
          List<UnitGroup.Member> members = at.stream().distinct().map(places::get).toList();
          groups.add(new UnitGroup(index, name(network, members), roots.size(), members, rigid));
        });

    Map<UnitGroup.Member, AxisUnits> axes = new HashMap<>();
    ties.forEachAxis(
        (tensor, axis, ids) -> {
          int[] group = new int[ids.length];
          int[] unit = new int[ids.length];
          for (int e = 0; e < ids.length; e++) {
            int[] found = unitOf.get(classes.find(ids[e]));
            group[e] = found == null ? -1 : found[0];
            unit[e] = found == null ? 0 : found[1];
          }
          axes.put(new UnitGroup.Member(tensor, axis), new AxisUnits(group, unit));
        });
    return new Symmetry(groups, axes, fixed(network, ties, unitOf), unknown);
  }

  /** A group bears the name of the first layer that writes its units. */
  private static String name(Network network, List<UnitGroup.Member> members) {
    for (Layer layer : network.layers()) {
      for (UnitGroup.Member member : members) {
        if (member.tensor().equals(layer.weight()) && member.axis() == layer.outputAxis()) {
          return layer.name();
        }
      }
    }
    return members.get(0).tensor();
  }

  private static List<Symmetry.Fixed> fixed(
      Network network, Ties ties, Map<Integer, int[]> unitOf) {
    List<Symmetry.Fixed> fixed = new ArrayList<>();
    for (Layer layer : network.layers()) {
      int rank = network.shape(layer.output()).rank();
      int[] ids = ties.elements(layer.output(), layer.unitAxis(rank)).orElse(new int[0]);
      Map<String, Integer> reasons = new LinkedHashMap<>();
      for (int id : ids) {
        if (!unitOf.containsKey(ties.classes().find(id))) {
          String reason = ties.classes().whyFixed(id).orElse("the only unit of its kind");
          reasons.merge(reason, 1, Integer::sum);
        }
      }
      reasons.forEach(
          (reason, units) -> fixed.add(new Symmetry.Fixed(layer.name(), units, reason)));
    }
    return fixed;
  }
}
