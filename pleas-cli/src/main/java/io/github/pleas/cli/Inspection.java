package io.github.pleas.cli;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.HiddenUnits;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.QueryHeads;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What there is to tell about a network.
 *
 * @param name of its file
 * @param network the network
 * @param symmetry its symmetry, without the groups that the check refuted
 * @param separability which of its groups may keep pairs separate when networks merge
 * @param proof what the self-check found, if it was made
 * @param hidden its hidden units
 * @param queries its attentions whose query heads share heads of keys and values, if the self-check
 *     was made
 * @param seconds by stage, in order
 * @param memory how much was in use at most
 */
record Inspection(
    String name,
    Network network,
    Symmetry symmetry,
    Separability separability,
    Optional<Proof> proof,
    HiddenUnits hidden,
    List<QueryHeads> queries,
    Map<String, Double> seconds,
    PeakMemory memory) {
  Inspection {
    queries = List.copyOf(queries);
    seconds = Collections.unmodifiableMap(new LinkedHashMap<>(seconds));
  }

  /**
   * Whose units stand on some axis of a value.
   *
   * @param groups for each group how many places of the axis are (or, with other axes, hold) its
   *     units, in the order in which they first occur
   * @param fixed how many places do not move
   */
  record Side(Map<UnitGroup, Integer> groups, int fixed) {
    Side {
      groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
    }
  }

  /** Whose units a layer reads. */
  Side reads(Layer layer) {
    return side(layer, layer.input());
  }

  /** Whose units a layer writes. */
  Side writes(Layer layer) {
    return side(layer, layer.output());
  }

  private Side side(Layer layer, String value) {
    int axis = layer.unitAxis(network.shape(value).rank());
    int length = network.shape(value).dimension(axis);
    for (Symmetry.Standing standing : symmetry.standings(value)) {
      if (standing.axes().contains(axis)) {
        return side(standing.units().group(), length);
      }
    }
    return new Side(Map.of(), length);
  }

  /** Of the groups that stand at the places; where several axes are taken together, in parts. */
  private Side side(int[] places, int length) {
    Map<UnitGroup, Integer> counts = new LinkedHashMap<>();
    Arrays.stream(places)
        .filter(g -> g >= 0)
        .mapToObj(symmetry.groups()::get)
        .forEach(group -> counts.merge(group, 1, Integer::sum));
    int repeated = Math.max(1, places.length / length);
    counts.replaceAll((group, count) -> count / repeated);
    int fixed = (int) Arrays.stream(places).filter(g -> g < 0).count() / repeated;
    return new Side(counts, fixed);
  }

  /** The group of the blocks that a group's units stand in, if they stand in blocks. */
  Optional<UnitGroup> blocks(UnitGroup group) {
    return group.blocks().isPresent()
        ? Optional.of(symmetry.groups().get(group.blocks().getAsInt()))
        : Optional.empty();
  }

  /** Whether the self-check found that the rules are wrong. */
  boolean hasDefect() {
    return proof.isPresent() && proof.get().verdict() == Proof.Verdict.DEFECT;
  }

  /** Why no units of a group can be kept separate when networks merge; empty where they can. */
  String whyNotSeparate(UnitGroup group) {
    return separability.whyNot(group.index()).orElse("");
  }

  /** How many query heads share each unit of a group, if it is of heads that several share. */
  Optional<Integer> queryHeads(UnitGroup group) {
    return queries.stream()
        .filter(heads -> heads.group().index() == group.index())
        .map(QueryHeads::each)
        .findFirst();
  }

  /** The unit groups. */
  List<UnitGroup> groups() {
    return symmetry.groups();
  }
}
