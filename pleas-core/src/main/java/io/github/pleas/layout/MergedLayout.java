package io.github.pleas.layout;

import io.github.pleas.matching.Matching;
import io.github.pleas.matching.Zip;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The merged network's units. In each group they stand in the order [A-only | merged | B-only], so
 * that the units of either original are contiguous; the worst-matched pairs are the separate ones.
 * An axis that holds several groups one after another, or each unit as a run of elements, holds the
 * merged ones in the same way.
 */
public final class MergedLayout {
  private final Symmetry symmetry;
  private final Matching matching;
  private final int[] separate;
  private final MergedAxis[] groups;

  /**
   * A layout.
   *
   * @param matching the pairs
   * @param separate for each group how many pairs stay separate
   * @throws IllegalArgumentException if a group that cannot be separated is asked to
   */
  public MergedLayout(Symmetry symmetry, Matching matching, int[] separate) {
    this.symmetry = symmetry;
    this.matching = matching;
    this.separate = separate.clone();
    this.groups = new MergedAxis[separate.length];
    boolean[] separable = separable(symmetry);
    for (UnitGroup group : symmetry.groups()) {
      int g = group.index();
      if (separate[g] > 0 && !separable[g] || separate[g] < 0 || separate[g] > group.size()) {
        throw new IllegalArgumentException(
            "group '%s' of %d units cannot keep %d pairs separate"
                .formatted(group.name(), group.size(), separate[g]));
      }
      if (matching.zip().isPresent() && separate[g] > 0 && separate[g] < group.size()) {
        throw new IllegalArgumentException(
            "group '%s' is zipped as a whole or not at all".formatted(group.name()));
      }
      groups[g] =
          separate[g] == 0 && matching.zip().isPresent()
              ? zipped(matching.zip().get().units(g))
              : units(matching.permutations().of(g), matching.scores()[g], separate[g]);
    }
  }

  private static MergedAxis zipped(List<Zip.Unit> units) {
    return MergedAxis.zipped(
        units.stream().map(Zip.Unit::a).toArray(int[][]::new),
        units.stream().map(Zip.Unit::b).toArray(int[][]::new));
  }

  private static MergedAxis units(int[] partner, double[] scores, int separate) {
    int n = partner.length;
    boolean[] alone = new boolean[n];
    IntStream.range(0, n)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).thenComparing(i -> i))
        .limit(separate)
        .forEach(i -> alone[i] = true);
    int[] a = new int[n + separate];
    int[] b = new int[n + separate];
    int[] separateB =
        IntStream.range(0, n).filter(i -> alone[i]).map(i -> partner[i]).sorted().toArray();
    int onlyA = 0;
    int merged = separate;
    for (int i = 0; i < n; i++) {
      int at = alone[i] ? onlyA++ : merged++;
      a[at] = i;
      b[at] = alone[i] ? -1 : partner[i];
    }
    for (int k = 0; k < separate; k++) {
      a[n + k] = -1;
      b[n + k] = separateB[k];
    }
    return new MergedAxis(a, b);
  }

  /**
   * For each group whether its units can be kept separate: nothing makes them rigid, and every axis
   * is a row of whole groups.
   */
  public static boolean[] separable(Symmetry symmetry) {
    boolean[] separable = new boolean[symmetry.groups().size()];
    Arrays.fill(separable, true);
    for (UnitGroup group : symmetry.groups()) {
      if (group.whyRigid().isPresent()) {
        separable[group.index()] = false;
      }
      for (UnitGroup.Member member : group.members()) {
        if (!member.isOnOneAxis()) {
          separable[group.index()] = false;
          continue;
        }
        AxisUnits units = symmetry.axis(member.tensor(), member.axis()).orElseThrow();
        if (AxisBlocks.of(units, symmetry).isEmpty()) {
          for (int g : units.group()) {
            if (g >= 0) {
              separable[g] = false;
            }
          }
        }
      }
    }
    return separable;
  }

  public Symmetry symmetry() {
    return symmetry;
  }

  public Matching matching() {
    return matching;
  }

  /** The pairs of a group that stay separate. */
  public int separate(int group) {
    return separate[group];
  }

  /** The merged units of a group. */
  public MergedAxis group(int group) {
    return groups[group];
  }

  /** Whether units stand on several axes of a tensor together. */
  public boolean standsTogether(String tensor) {
    return symmetry.standings(tensor).stream()
        .anyMatch(s -> s.units().moves() && !s.isOn(s.axes().get(0)));
  }

  /** A constant of B with every unit in the place of its partner of A. */
  public Tensor aligned(String name, Tensor ofB) {
    return new Permuter(symmetry).permute(name, ofB, matching.permutations());
  }

  /** The merged form of an axis of a tensor that has some length in the originals. */
  public MergedAxis axis(String tensor, int axis, int length) {
    AxisUnits units = symmetry.axis(tensor, axis).filter(AxisUnits::moves).orElse(null);
    if (units == null) {
      return MergedAxis.same(length);
    }
    List<AxisBlocks.Block> blocks = AxisBlocks.of(units, symmetry).orElse(List.of());
    if (blocks.isEmpty()) {
      // Not a row of whole groups: nothing on it is separate, so every element meets its partner.
      return new MergedAxis(MergedAxis.same(length).a(), units.source(matching.permutations()));
    }
    return whole(blocks);
  }

  /** An axis of whole groups, or of elements that do not move, one after another. */
  private MergedAxis whole(List<AxisBlocks.Block> blocks) {
    int total = blocks.stream().mapToInt(this::width).sum();
    int[][] a = new int[total][];
    int[][] b = new int[total][];
    boolean zipped = false;
    int at = 0;
    for (AxisBlocks.Block block : blocks) {
      MergedAxis units = block.group() < 0 ? MergedAxis.same(block.run()) : groups[block.group()];
      int run = block.group() < 0 ? 1 : block.run();
      int[][] ofA = units.allA();
      int[][] ofB = units.allB();
      zipped |= units.zipped().isPresent();
      for (int u = 0; u < units.length(); u++) {
        for (int e = 0; e < run; e++, at++) {
          a[at] = elements(ofA[u], block.start(), run, e);
          b[at] = elements(ofB[u], block.start(), run, e);
        }
      }
    }
    MergedAxis axis = MergedAxis.zipped(a, b);
    return zipped ? axis : new MergedAxis(axis.a(), axis.b());
  }

  /** Element e of the run of each of some units. */
  private static int[] elements(int[] units, int start, int run, int e) {
    return Arrays.stream(units).map(unit -> start + unit * run + e).toArray();
  }

  private int width(AxisBlocks.Block block) {
    return block.group() < 0 ? block.run() : groups[block.group()].length() * block.run();
  }
}
