package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Units that stand in blocks: the features of a head, the channels of a group of a convolution. A
 * block is an element of its own, and a unit can go to another block only where the whole block
 * goes. Rules state who stands in which block; {@link #resolve} makes a forest of it, in which
 * every unit has at most one block and a block may stand in a larger one.
 */
final class Blocks {
  /**
   * Blocks that were stated together.
   *
   * @param blocks their elements
   * @param contents for each block what stands in it
   * @param node the node whose rule stated them, if one did
   */
  record Partition(int[] blocks, int[][] contents, Optional<Node> node) {}

  private static final String CROSSING = "stands in blocks that cross each other";

  private final ElementClasses classes;
  private final List<Partition> partitions = new ArrayList<>();

  /** What was stated, between classes as they are now, without blocks that do not move. */
  private final Map<Integer, Set<Integer>> stated = new LinkedHashMap<>();

  /** For each block how many there are in the finest partition that states it. */
  private final Map<Integer, Integer> count = new HashMap<>();

  /** For each block all units in it, at whatever depth, that are no blocks themselves. */
  private final Map<Integer, Set<Integer>> units = new LinkedHashMap<>();

  private final Map<Integer, Set<Integer>> contents = new LinkedHashMap<>();
  private final Map<Integer, Integer> blockOf = new HashMap<>();

  Blocks(ElementClasses classes) {
    this.classes = classes;
  }

  /** States, for a node, that {@code contents[k]} stand in the block {@code blocks[k]}. */
  void add(int[] blocks, int[][] contents, Optional<Node> node) {
    partitions.add(new Partition(blocks, contents, node));
  }

  /** All that was stated. */
  List<Partition> partitions() {
    return partitions;
  }

  /** The block in which a class stands, or -1; after {@link #resolve}. */
  int block(int root) {
    return blockOf.getOrDefault(root, -1);
  }

  /**
   * How many blocks lie between a class and one that it is in, at whatever depth; -1 if it is that
   * block itself.
   */
  int between(int root, int block) {
    int between = -1;
    for (int at = root; at != block; at = block(at)) {
      if (at < 0) {
        throw new IllegalStateException("class " + root + " is not in block " + block);
      }
      between++;
    }
    return between;
  }

  /** What stands in a class that is a block, directly; after {@link #resolve}. */
  Set<Integer> contents(int root) {
    return contents.getOrDefault(root, Set.of());
  }

  /**
   * Makes a forest: a block in which something does not move does not move either; blocks with the
   * same units are one; a block whose units all are in another stands in it; and of blocks that
   * cross, those of the finer partition stay where they are.
   */
  void resolve() {
    boolean settled = false;
    while (!settled) {
      collect();
      settled = !holdBlocksOfFixed() && !findUnits() && !uniteEqual() && !holdCrossing();
    }
    nest();
  }

  private void collect() {
    stated.clear();
    count.clear();
    for (Partition partition : partitions) {
      for (int k = 0; k < partition.blocks().length; k++) {
        int block = classes.find(partition.blocks()[k]);
        if (classes.whyFixed(block).isEmpty()) {
          count.merge(block, partition.blocks().length, Math::max);
          for (int id : partition.contents()[k]) {
            int unit = classes.find(id);
            if (unit != block) {
              stated.computeIfAbsent(block, any -> new LinkedHashSet<>()).add(unit);
            }
          }
        }
      }
    }
  }

  private boolean holdBlocksOfFixed() {
    boolean changed = false;
    for (var entry : stated.entrySet()) {
      for (int unit : entry.getValue()) {
        if (classes.whyFixed(unit).isPresent() && classes.whyFixed(entry.getKey()).isEmpty()) {
          Reason inside = classes.reasonFixed(unit).orElseThrow();
          classes.fix(
              entry.getKey(),
              new Reason("holds units that do not move: " + inside.text(), inside.node()));
          changed = true;
        }
      }
    }
    return changed;
  }

  /** Finds the units of each block; says whether classes changed, so that all begins anew. */
  private boolean findUnits() {
    units.clear();
    for (int block : stated.keySet()) {
      if (addUnits(block, new LinkedHashSet<>())) {
        return true;
      }
    }
    return false;
  }

  private boolean addUnits(int block, Set<Integer> above) {
    if (units.containsKey(block)) {
      return false;
    }
    if (!above.add(block)) {
      // What stands in itself by way of others only moves together with them.
      above.stream()
          .dropWhile(other -> other != block)
          .forEach(other -> classes.union(block, other));
      return true;
    }
    Set<Integer> all = new LinkedHashSet<>();
    for (int inside : stated.getOrDefault(block, Set.of())) {
      if (!stated.containsKey(inside)) {
        all.add(inside);
      } else if (addUnits(inside, above)) {
        return true;
      } else {
        all.addAll(units.getOrDefault(inside, Set.of()));
      }
    }
    above.remove(block);
    units.put(block, all);
    return false;
  }

  private boolean uniteEqual() {
    boolean changed = false;
    Map<Set<Integer>, Integer> known = new HashMap<>();
    for (var entry : units.entrySet()) {
      Integer other = known.putIfAbsent(entry.getValue(), entry.getKey());
      if (other != null) {
        classes.union(other, entry.getKey());
        changed = true;
      }
    }
    return changed;
  }

  private boolean holdCrossing() {
    boolean changed = false;
    for (List<Integer> chain : chains().values()) {
      for (int k = 1; k < chain.size(); k++) {
        int p = chain.get(k - 1);
        int q = chain.get(k);
        if (!of(q).containsAll(of(p))) {
          int ofP = count.getOrDefault(p, 0);
          int ofQ = count.getOrDefault(q, 0);
          if (ofP >= ofQ) {
            classes.fix(p, new Reason(CROSSING, statedAt(p)));
          }
          if (ofQ >= ofP) {
            classes.fix(q, new Reason(CROSSING, statedAt(q)));
          }
          changed = true;
        }
      }
    }
    return changed;
  }

  /** The node that stated a block first. */
  private Optional<Node> statedAt(int block) {
    return partitions.stream()
        .filter(p -> Arrays.stream(p.blocks()).anyMatch(id -> classes.find(id) == block))
        .flatMap(p -> p.node().stream())
        .findFirst();
  }

  /** For each unit the blocks that it is in, smaller ones first. */
  private Map<Integer, List<Integer>> chains() {
    Map<Integer, List<Integer>> chains = new LinkedHashMap<>();
    for (int block : stated.keySet()) {
      for (int unit : of(block)) {
        chains.computeIfAbsent(unit, any -> new ArrayList<>(2)).add(block);
      }
    }
    chains.values().forEach(c -> c.sort(Comparator.comparingInt(block -> of(block).size())));
    return chains;
  }

  private Set<Integer> of(int block) {
    return units.getOrDefault(block, Set.of());
  }

  private void nest() {
    contents.clear();
    blockOf.clear();
    chains()
        .forEach(
            (unit, chain) -> {
              int inside = unit;
              for (int block : chain) {
                contents.computeIfAbsent(block, any -> new LinkedHashSet<>()).add(inside);
                blockOf.put(inside, block);
                inside = block;
              }
            });
  }
}
