package io.github.pleas.symmetry;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Units that stand in blocks: the features of a head, the channels of a group of a convolution. A
 * block is an element of its own, and a unit can go to another block only where the whole block
 * goes. Rules state who stands in which block; {@link #resolve} makes a forest of it, in which
 * every unit has at most one block and a block may stand in a larger one.
 */
final class Blocks {
  /** Blocks that were stated together, with what stands in each. */
  private record Partition(int[] blocks, int[][] contents) {}

  private static final String CROSSING = "stands in blocks that cross each other";

  private final ElementClasses classes;
  private final List<Partition> partitions = new ArrayList<>();
  private final Map<Integer, Set<Integer>> contents = new LinkedHashMap<>();
  private final Map<Integer, Set<Integer>> blocksOf = new LinkedHashMap<>();
  private final Map<Integer, Integer> count = new HashMap<>();

  Blocks(ElementClasses classes) {
    this.classes = classes;
  }

  /** States that the elements {@code contents[k]} stand in the block {@code blocks[k]}. */
  void add(int[] blocks, int[][] contents) {
    partitions.add(new Partition(blocks, contents));
  }

  /** The block in which a class stands, or -1; after {@link #resolve}. */
  int block(int root) {
    return blocksOf.getOrDefault(root, Set.of()).stream().findFirst().orElse(-1);
  }

  /** What stands in a class that is a block; after {@link #resolve}. */
  Set<Integer> contents(int root) {
    return contents.getOrDefault(root, Set.of());
  }

  /**
   * How often a class stands in each block that does not move; two classes for which that differs
   * are not interchangeable.
   */
  Map<Integer, Map<Integer, Integer>> fixedBlocks() {
    Map<Integer, Map<Integer, Integer>> all = new HashMap<>();
    for (Partition partition : partitions) {
      for (int k = 0; k < partition.blocks().length; k++) {
        int block = classes.find(partition.blocks()[k]);
        if (classes.whyFixed(block).isPresent()) {
          for (int id : partition.contents()[k]) {
            all.computeIfAbsent(classes.find(id), any -> new TreeMap<>())
                .merge(block, 1, Integer::sum);
          }
        }
      }
    }
    return all;
  }

  /**
   * Makes a forest: blocks with the same contents are one; a block within another stands in it; of
   * blocks that cross, those of the finer partition stay where they are; and a block in which
   * something does not move does not move either.
   */
  void resolve() {
    boolean changed = true;
    while (changed) {
      partitions.forEach(this::holdUnevenBlocks);
      collect();
      changed = holdBlocksOfFixed() || unite();
    }
  }

  /** A class that stands in several blocks of one partition must stand in all of them alike. */
  private void holdUnevenBlocks(Partition partition) {
    Map<Integer, Map<Integer, Integer>> rows = new LinkedHashMap<>();
    Map<Integer, Integer> first = new HashMap<>();
    for (int k = 0; k < partition.blocks().length; k++) {
      Map<Integer, Integer> row = new TreeMap<>();
      for (int id : partition.contents()[k]) {
        row.merge(classes.find(id), 1, Integer::sum);
      }
      int block = classes.find(partition.blocks()[k]);
      Map<Integer, Integer> known = rows.putIfAbsent(block, row);
      if (known != null && !known.equals(row)) {
        // Two blocks became one though they hold different units: these must not mix.
        known.keySet().forEach(unit -> classes.fix(unit, CROSSING));
        row.keySet().forEach(unit -> classes.fix(unit, CROSSING));
      }
      for (int unit : row.keySet()) {
        int other = first.computeIfAbsent(unit, any -> block);
        if (other != block && !row.equals(rows.get(other))) {
          classes.fix(block, CROSSING);
          classes.fix(other, CROSSING);
        }
      }
    }
  }

  /** The relation between classes as they are now, without blocks that do not move. */
  private void collect() {
    contents.clear();
    blocksOf.clear();
    for (Partition partition : partitions) {
      for (int k = 0; k < partition.blocks().length; k++) {
        int block = classes.find(partition.blocks()[k]);
        if (classes.whyFixed(block).isEmpty()) {
          count.merge(block, partition.blocks().length, Math::max);
          for (int id : partition.contents()[k]) {
            put(block, classes.find(id));
          }
        }
      }
    }
  }

  private void put(int block, int unit) {
    if (block != unit) {
      contents.computeIfAbsent(block, any -> new LinkedHashSet<>()).add(unit);
      blocksOf.computeIfAbsent(unit, any -> new LinkedHashSet<>()).add(block);
    }
  }

  private boolean holdBlocksOfFixed() {
    boolean changed = false;
    for (var entry : contents.entrySet()) {
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

  /** Settles units with several blocks; says whether classes changed, so that all begins anew. */
  private boolean unite() {
    boolean changed = false;
    for (int unit : List.copyOf(blocksOf.keySet())) {
      Set<Integer> own = requireNonNull(blocksOf.get(unit));
      while (own.size() > 1) {
        Iterator<Integer> two = own.iterator();
        changed |= settle(two.next(), two.next());
      }
    }
    return changed;
  }

  /** Makes one of two blocks with common contents go; says whether classes changed. */
  private boolean settle(int p, int q) {
    Set<Integer> inP = contents(p);
    Set<Integer> inQ = contents(q);
    if (inP.equals(inQ)) {
      classes.union(p, q);
      dissolve(classes.find(p) == p ? q : p);
      return true;
    }
    if (inQ.containsAll(inP) || inP.containsAll(inQ)) {
      boolean outer = inQ.containsAll(inP);
      nest(outer ? p : q, outer ? q : p);
      return false;
    }
    int ofP = requireNonNull(count.get(p));
    int ofQ = requireNonNull(count.get(q));
    if (ofP >= ofQ) {
      classes.fix(p, CROSSING);
      dissolve(p);
    }
    if (ofQ >= ofP) {
      classes.fix(q, CROSSING);
      dissolve(q);
    }
    return true;
  }

  private void dissolve(int block) {
    for (int unit : contents(block)) {
      requireNonNull(blocksOf.get(unit)).remove(block);
    }
    contents.remove(block);
  }

  private void nest(int inner, int outer) {
    for (int unit : contents(inner)) {
      contents(outer).remove(unit);
      requireNonNull(blocksOf.get(unit)).remove(outer);
    }
    put(outer, inner);
  }
}
