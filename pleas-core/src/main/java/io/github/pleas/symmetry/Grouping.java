package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private final Set<String> kept;
  private final List<Place> places = new ArrayList<>();

  /** For each class that moves, the places where it stands. */
  private final Map<Integer, Set<Integer>> standing = new LinkedHashMap<>();

  private final Fingerprints fingerprints;

  /** For each class that a constant tells from others, which must stay as it is: that constant. */
  private final Map<Integer, String> toldApart = new HashMap<>();

  private final Map<Object, Integer> kinds = new HashMap<>();
  private final Map<Integer, Integer> kindOf = new HashMap<>();
  private final Map<Integer, int[]> unitOf = new HashMap<>();
  private final List<UnitGroup> groups = new ArrayList<>();

  /**
   * A grouping.
   *
   * @param kept constants that must stay as they are
   */
  Grouping(Network network, Ties ties, Set<String> kept) {
    this.network = network;
    this.ties = ties;
    this.kept = kept;
    this.classes = ties.classes();
    this.blocks = ties.blocks();
    blocks.resolve();
    this.fingerprints = new Fingerprints(classes);
  }

  /** The symmetry. */
  Symmetry symmetry(List<String> unknownOperators, List<String> failedRules) {
    findPlaces();
    findStanding();
    fingerprint();
    Map<Integer, Set<Integer>> outermost = new LinkedHashMap<>();
    for (int unit : List.copyOf(standing.keySet())) {
      int root = unit;
      while (blocks.block(root) >= 0) {
        root = blocks.block(root);
      }
      outermost.computeIfAbsent(kind(root), any -> new LinkedHashSet<>()).add(root);
    }
    outermost.values().forEach(alike -> group(List.copyOf(alike), OptionalInt.empty()));
    return new Symmetry(
        groups,
        standings(),
        new FixedUnits(network, ties, unitOf.keySet(), toldApart).find(),
        unknownOperators,
        failedRules,
        elements());
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
          standing.computeIfAbsent(root, any -> new LinkedHashSet<>()).add(place);
        }
      }
    }
  }

  private void fingerprint() {
    for (int place = 0; place < places.size(); place++) {
      fingerprints.stand(place, places.get(place).elements().ids());
      if (kept.contains(places.get(place).member().tensor())) {
        hold(place);
      }
    }
    for (int call = 0; call < ties.pairs().size(); call++) {
      fingerprints.tie(call, ties.pairs().get(call).a(), ties.pairs().get(call).b());
    }
    for (int call = 0; call < blocks.partitions().size(); call++) {
      fingerprints.stand(call, blocks.partitions().get(call), blocks);
    }
  }

  /** Units that stand beside other numbers of a constant that stays are not interchangeable. */
  private void hold(int at) {
    Place place = places.get(at);
    String constant = place.member().tensor();
    int[] ids = place.elements().ids();
    long[] contents = Contents.of(network.constant(constant), place.view(), place.elements());
    if (Contents.differ(contents)) {
      fingerprints.hold(at, ids, contents);
      Arrays.stream(ids).forEach(id -> toldApart.putIfAbsent(classes.find(id), constant));
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
    Object all = List.of(fingerprints.of(root), contents);
    int kind = kinds.computeIfAbsent(all, any -> kinds.size());
    kindOf.put(root, kind);
    return kind;
  }

  /** Makes a group of units that are alike, and groups of what stands in them. */
  private void group(List<Integer> units, OptionalInt inBlocks) {
    OptionalInt index = OptionalInt.empty();
    List<List<Integer>> all = units.stream().map(this::parts).toList();
    // Else what stands in the units is a group of its own, of one in each.
    List<List<Integer>> parts =
        areInOneOrder(all) ? all : units.stream().map(unit -> List.of(unit)).toList();
    if (units.size() > 1) {
      index = OptionalInt.of(groups.size());
      for (int unit = 0; unit < units.size(); unit++) {
        for (int part = 0; part < parts.get(unit).size(); part++) {
          unitOf.put(parts.get(unit).get(part), new int[] {groups.size(), unit, part});
        }
      }
      boolean more = !parts.get(0).containsAll(blocks.contents(units.get(0)));
      groups.add(describe(parts, inBlocks, more));
    }
    // What is alike within each block, block after block; each part of a unit is a block of its
    // own.
    Map<List<Integer>, List<Integer>> alike = new LinkedHashMap<>();
    for (List<Integer> unit : parts) {
      for (int part = 0; part < unit.size(); part++) {
        for (int inside : blocks.contents(unit.get(part))) {
          if (!unit.contains(inside)) {
            alike
                .computeIfAbsent(List.of(part, kind(inside)), any -> new ArrayList<>())
                .add(inside);
          }
        }
      }
    }
    for (List<Integer> contents : alike.values()) {
      group(contents, index);
    }
  }

  /** A unit, and what stands in it as the only one of its kind and so goes wherever it goes. */
  private List<Integer> parts(int unit) {
    List<Integer> parts = new ArrayList<>(List.of(unit));
    Map<Integer, List<Integer>> alike = new TreeMap<>();
    for (int inside : blocks.contents(unit)) {
      alike.computeIfAbsent(kind(inside), any -> new ArrayList<>()).add(inside);
    }
    alike.values().stream()
        .filter(few -> few.size() == 1)
        .forEach(few -> parts.addAll(parts(few.get(0))));
    return parts;
  }

  /** Whether, where several parts of a unit stand in one place, they do so in one order for all. */
  private boolean areInOneOrder(List<List<Integer>> units) {
    if (units.get(0).size() == 1) {
      return true;
    }
    Map<Integer, int[]> known = new HashMap<>();
    Set<Integer> at = new TreeSet<>();
    for (int unit = 0; unit < units.size(); unit++) {
      for (int part = 0; part < units.get(unit).size(); part++) {
        known.put(units.get(unit).get(part), new int[] {unit, part});
        at.addAll(standing(units.get(unit).get(part)));
      }
    }
    for (int place : at) {
      Map<Integer, List<Integer>> orders = new HashMap<>();
      for (int id : places.get(place).elements().ids()) {
        int[] found = known.get(classes.find(id));
        if (found != null) {
          orders.computeIfAbsent(found[0], any -> new ArrayList<>()).add(found[1]);
        }
      }
      if (orders.values().stream().distinct().count() > 1) {
        return false;
      }
    }
    return true;
  }

  private Set<Integer> standing(int root) {
    return standing.getOrDefault(root, Set.of());
  }

  /**
   * A group.
   *
   * @param units the parts of each, itself first
   * @param more whether units are blocks that hold more than their parts: these may be kept
   *     separate whatever stands in them
   */
  private UnitGroup describe(List<List<Integer>> units, OptionalInt inBlocks, boolean more) {
    List<List<Integer>> bearing =
        more ? units.stream().map(unit -> unit.subList(0, 1)).toList() : units;
    List<UnitGroup.Member> members =
        units.get(0).stream().flatMap(part -> members(part).stream()).distinct().toList();
    Optional<String> rigid = Optional.empty();
    for (int part : bearing.stream().flatMap(List::stream).toList()) {
      rigid = rigid.or(() -> classes.whyRigid(part));
    }
    Optional<UnitGroup.Member> several =
        bearing.get(0).stream()
            .flatMap(part -> members(part).stream())
            .filter(member -> !member.isOnOneAxis())
            .findFirst();
    if (rigid.isEmpty() && several.isPresent()) {
      rigid =
          Optional.of(
              "its units stand on the axes %s of '%s' together"
                  .formatted(several.get().axes(), several.get().tensor()));
    }
    return new UnitGroup(groups.size(), name(units.get(0)), units.size(), inBlocks, members, rigid);
  }

  private List<UnitGroup.Member> members(int root) {
    return standing(root).stream().map(place -> places.get(place).member()).toList();
  }

  /** A group bears the name of the first layer that writes its units, or what stands in them. */
  private String name(List<Integer> parts) {
    List<UnitGroup.Member> members =
        parts.stream().flatMap(part -> members(part).stream()).toList();
    for (Layer layer : network.layers()) {
      for (UnitGroup.Member member : members) {
        if (member.tensor().equals(layer.weight())
            && member.axes().contains(layer.outputAxis())
            && !member.axes().contains(layer.inputAxis())) {
          return layer.name();
        }
      }
    }
    for (int part : parts) {
      for (int inside : blocks.contents(part)) {
        if (!parts.contains(inside)) {
          return "blocks of " + name(List.of(inside));
        }
      }
    }
    return members.isEmpty() ? "unnamed" : members.get(0).tensor();
  }

  /** For each group an element of each class that is one of its units. */
  private List<int[]> elements() {
    List<IntStream.Builder> elements = new ArrayList<>();
    groups.forEach(group -> elements.add(IntStream.builder()));
    unitOf.forEach((element, unit) -> elements.get(unit[0]).add(element));
    return elements.stream().map(found -> found.build().toArray()).toList();
  }

  private Map<String, List<Symmetry.Standing>> standings() {
    Map<String, List<Symmetry.Standing>> all = new LinkedHashMap<>();
    for (Place place : places) {
      Elements e = place.elements();
      int[] group = new int[e.ids().length];
      int[] unit = new int[e.ids().length];
      int[] part = new int[e.ids().length];
      for (int k = 0; k < group.length; k++) {
        int[] found = unitOf.get(classes.find(e.ids()[k]));
        group[k] = found == null ? -1 : found[0];
        unit[k] = found == null ? 0 : found[1];
        part[k] = found == null ? 0 : found[2];
      }
      all.computeIfAbsent(place.member().tensor(), any -> new ArrayList<>())
          .add(
              new Symmetry.Standing(
                  place.member().axes(),
                  place.member().fills(),
                  place.view(),
                  e.axes(),
                  new AxisUnits(group, unit, part)));
    }
    return all;
  }
}
