package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Puts together the units that are interchangeable: those that stand in the same places equally
 * often, in the same block, and, where they are blocks, with the like in them.
 */
final class Grouping {
  /** A place where elements stand. */
  private record Place(UnitGroup.Member member, int[] view, Elements elements) {}

  private final Network network;
  private final Ties ties;
  private final ElementClasses classes;
  private final Blocks blocks;
  private final List<Place> places = new ArrayList<>();

  /** For each class that moves, the places where it stands, each as often as it does. */
  private final Map<Integer, List<Integer>> standing = new LinkedHashMap<>();

  private final Map<Integer, Map<Integer, Integer>> fixedBlocks;
  private final Map<Object, Integer> kinds = new HashMap<>();
  private final Map<Integer, Integer> kindOf = new HashMap<>();
  private final Map<Integer, int[]> unitOf = new HashMap<>();
  private final List<UnitGroup> groups = new ArrayList<>();

  Grouping(Network network, Ties ties) {
    this.network = network;
    this.ties = ties;
    this.classes = ties.classes();
    this.blocks = ties.blocks();
    blocks.resolve();
    this.fixedBlocks = blocks.fixedBlocks();
  }

  /** The symmetry. */
  Symmetry symmetry(List<String> unknownOperators) {
    findPlaces();
    findStanding();
    Map<Integer, List<Integer>> outermost = new LinkedHashMap<>();
    for (int unit : List.copyOf(standing.keySet())) {
      int root = unit;
      while (blocks.block(root) >= 0) {
        root = blocks.block(root);
      }
      List<Integer> alike = outermost.computeIfAbsent(kind(root), any -> new ArrayList<>());
      if (!alike.contains(root)) {
        alike.add(root);
      }
    }
    outermost.values().forEach(alike -> group(alike, OptionalInt.empty()));
    return new Symmetry(groups, standings(), fixed(), unknownOperators);
  }

  private void findPlaces() {
    ties.values()
        .forEach(
            (value, all) -> {
              int[] shape = ties.shape(value).dimensions();
              for (Elements e : all) {
                List<Integer> axes = Arrays.stream(e.axes()).boxed().toList();
                places.add(new Place(new UnitGroup.Member(value, axes, true), shape, e));
              }
            });
    ties.constants()
        .forEach(
            (constant, units) -> {
              for (Elements e : units.elements()) {
                places.add(new Place(member(constant, units, e), units.view(), e));
              }
            });
  }

  private UnitGroup.Member member(String constant, ConstantUnits units, Elements e) {
    Optional<Integer> alone = units.tensorAxis(e.axes());
    if (alone.isPresent()) {
      return new UnitGroup.Member(constant, List.of(alone.get()), true);
    }
    List<Integer> axes =
        IntStream.range(0, ties.shape(constant).rank())
            .filter(axis -> Arrays.stream(units.viewAxes(axis)).anyMatch(e::has))
            .boxed()
            .toList();
    return new UnitGroup.Member(constant, axes, false);
  }

  private void findStanding() {
    for (int place = 0; place < places.size(); place++) {
      for (int id : places.get(place).elements().ids()) {
        int root = classes.find(id);
        if (classes.whyFixed(root).isEmpty()) {
          standing.computeIfAbsent(root, any -> new ArrayList<>()).add(place);
        }
      }
    }
  }

  /**
   * A number for all that makes units interchangeable, the block that they stand in aside. Equal
   * numbers, equal kinds.
   */
  private int kind(int root) {
    Integer known = kindOf.get(root);
    if (known != null) {
      return known;
    }
    List<Integer> contents = blocks.contents(root).stream().map(this::kind).sorted().toList();
    Object all =
        List.of(
            standing.getOrDefault(root, List.of()),
            fixedBlocks.getOrDefault(root, Map.of()),
            contents);
    int kind = kinds.computeIfAbsent(all, any -> kinds.size());
    kindOf.put(root, kind);
    return kind;
  }

  /** Makes a group of units that are alike, and groups of what stands in them. */
  private void group(List<Integer> units, OptionalInt inBlocks) {
    OptionalInt index = OptionalInt.empty();
    if (units.size() > 1) {
      index = OptionalInt.of(groups.size());
      for (int unit = 0; unit < units.size(); unit++) {
        unitOf.put(units.get(unit), new int[] {groups.size(), unit});
      }
      groups.add(describe(units, inBlocks));
    }
    // What is alike within each block, block after block.
    Map<Integer, List<Integer>> alike = new LinkedHashMap<>();
    for (int unit : units) {
      for (int inside : blocks.contents(unit)) {
        alike.computeIfAbsent(kind(inside), any -> new ArrayList<>()).add(inside);
      }
    }
    for (List<Integer> contents : alike.values()) {
      group(contents, index);
    }
  }

  private UnitGroup describe(List<Integer> units, OptionalInt inBlocks) {
    int first = units.get(0);
    List<UnitGroup.Member> members =
        standing.getOrDefault(first, List.of()).stream()
            .distinct()
            .map(place -> places.get(place).member())
            .toList();
    Optional<String> rigid = Optional.empty();
    for (int unit : units) {
      rigid = rigid.or(() -> classes.whyRigid(unit));
    }
    Optional<UnitGroup.Member> several =
        members.stream().filter(member -> !member.isOnOneAxis()).findFirst();
    if (rigid.isEmpty() && several.isPresent()) {
      rigid =
          Optional.of(
              "its units stand on the axes %s of '%s' together"
                  .formatted(several.get().axes(), several.get().tensor()));
    }
    return new UnitGroup(
        groups.size(), name(members, first), units.size(), inBlocks, members, rigid);
  }

  /** A group bears the name of the first layer that writes its units, or what stands in them. */
  private String name(List<UnitGroup.Member> members, int first) {
    for (Layer layer : network.layers()) {
      for (UnitGroup.Member member : members) {
        if (member.tensor().equals(layer.weight())
            && member.axes().contains(layer.outputAxis())
            && !member.axes().contains(layer.inputAxis())) {
          return layer.name();
        }
      }
    }
    if (!blocks.contents(first).isEmpty()) {
      int inside = blocks.contents(first).iterator().next();
      List<UnitGroup.Member> theirs =
          standing.getOrDefault(inside, List.of()).stream()
              .distinct()
              .map(place -> places.get(place).member())
              .toList();
      return "blocks of " + name(theirs, inside);
    }
    return members.isEmpty() ? "unnamed" : members.get(0).tensor();
  }

  private Map<String, List<Symmetry.Standing>> standings() {
    Map<String, List<Symmetry.Standing>> all = new LinkedHashMap<>();
    for (Place place : places) {
      Elements e = place.elements();
      int[] group = new int[e.ids().length];
      int[] unit = new int[e.ids().length];
      for (int k = 0; k < group.length; k++) {
        int[] found = unitOf.get(classes.find(e.ids()[k]));
        group[k] = found == null ? -1 : found[0];
        unit[k] = found == null ? 0 : found[1];
      }
      all.computeIfAbsent(place.member().tensor(), any -> new ArrayList<>())
          .add(
              new Symmetry.Standing(
                  place.member().axes(),
                  place.member().fills(),
                  place.view(),
                  e.axes(),
                  new AxisUnits(group, unit)));
    }
    return all;
  }

  private List<Symmetry.Fixed> fixed() {
    List<Symmetry.Fixed> fixed = new ArrayList<>();
    for (Layer layer : network.layers()) {
      int axis = layer.unitAxis(network.shape(layer.output()).rank());
      Map<String, Integer> reasons = new LinkedHashMap<>();
      for (Elements e : ties.values().getOrDefault(layer.output(), List.of())) {
        if (e.has(axis)) {
          for (int id : e.ids()) {
            if (!unitOf.containsKey(classes.find(id))) {
              String reason = classes.whyFixed(id).orElse("the only unit of its kind");
              reasons.merge(reason, 1, Integer::sum);
            }
          }
        }
      }
      reasons.forEach(
          (reason, units) -> fixed.add(new Symmetry.Fixed(layer.name(), units, reason)));
    }
    return fixed;
  }
}
