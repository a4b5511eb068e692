package io.github.pleas.layout;

import io.github.pleas.matching.Matching;
import io.github.pleas.matching.Zip;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import io.github.pleas.symmetry.UnitRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The merged network's units. In each group they stand in the order [A-only | merged | B-only], so
 * that the units of either original are contiguous; the worst-matched pairs are the separate ones.
 * Blocks, such as attention heads, do so with all that stands in them: in a separate one everything
 * is in its original's order, in a merged one in A's. An axis that holds several groups one after
 * another, or each unit as a run of elements, holds the merged ones in the same way.
 */
public final class MergedLayout {
  private final Separability separability;
  private final Symmetry symmetry;
  private final Matching matching;
  private final int[] separate;
  private final MergedAxis[] groups;

  /**
   * A layout.
   *
   * @param separability which groups may keep pairs separate
   * @param matching the pairs
   * @param separate for each group that decides how many pairs stay separate; 0 for those whose
   *     units are in blocks, which follow these
   * @throws IllegalArgumentException if a group that cannot be separated is asked to
   */
  public MergedLayout(Separability separability, Matching matching, int[] separate) {
    this.separability = separability;
    this.symmetry = separability.symmetry();
    this.matching = matching;
    this.separate = separate.clone();
    this.groups = new MergedAxis[separate.length];
    for (UnitGroup group : symmetry.groups()) {
      int g = group.index();
      require(group);
      if (group.blocks().isPresent()) {
        groups[g] = inBlocks(g, groups[symmetry.outermost(g)]);
      } else {
        groups[g] =
            separate[g] == 0 && matching.zip().isPresent()
                ? zipped(matching.zip().get().units(g))
                : units(matching.permutations().of(g), matching.scores()[g], separate[g]);
      }
    }
  }

  private void require(UnitGroup group) {
    int g = group.index();
    if (separate[g] > 0 && !separability.isSeparable(g)
        || separate[g] < 0
        || separate[g] > group.size()) {
      throw new IllegalArgumentException(
          "group '%s' of %d units cannot keep %d pairs separate"
              .formatted(group.name(), group.size(), separate[g]));
    }
    if (matching.zip().isPresent() && separate[g] > 0 && separate[g] < group.size()) {
      throw new IllegalArgumentException(
          "group '%s' is zipped as a whole or not at all".formatted(group.name()));
    }
  }

  /** The units in blocks: those of a separate block are separate, all in its original's order. */
  private MergedAxis inBlocks(int group, MergedAxis blocks) {
    int each = symmetry.each(group);
    int[] partner = matching.permutations().of(group);
    int[] a = new int[blocks.length() * each];
    int[] b = new int[a.length];
    for (int u = 0; u < a.length; u++) {
      int block = u / each;
      a[u] = blocks.isOnlyB(block) ? -1 : blocks.a()[block] * each + u % each;
      b[u] =
          blocks.isOnlyA(block)
              ? -1
              : blocks.isOnlyB(block) ? blocks.b()[block] * each + u % each : partner[a[u]];
    }
    return new MergedAxis(a, b);
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

  /** Which groups may keep pairs separate. */
  public Separability separability() {
    return separability;
  }

  public Symmetry symmetry() {
    return symmetry;
  }

  public Matching matching() {
    return matching;
  }

  /** The pairs of a group that stay separate, with their blocks where units stand in blocks. */
  public int separate(int group) {
    return groups[group].length() - symmetry.groups().get(group).size();
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

  /**
   * The same, but the units in a row along an axis, and what stands in them, as they stand in B.
   */
  Tensor alignedBut(String name, int axis, Tensor ofB) {
    Permutations permutations = matching.permutations();
    List<UnitRow.Segment> segments =
        separability.row(name, axis).map(UnitRow::segments).orElse(List.of());
    for (UnitGroup group : symmetry.groups()) {
      int outermost = symmetry.outermost(group.index());
      if (segments.stream().anyMatch(segment -> segment.group() == outermost)) {
        int[] order = IntStream.range(0, group.size()).toArray();
        permutations = permutations.with(group.index(), order);
      }
    }
    return new Permuter(symmetry).permute(name, ofB, permutations);
  }

  /** How long an axis is that has some length in the originals. */
  public int length(String tensor, int axis, int length) {
    return matching.zip().isPresent()
        ? axis(tensor, axis, length).length()
        : separability.length(tensor, axis, length, separate);
  }

  /** The shape of a value or constant that has some shape in the originals. */
  public ValueShape shape(String tensor, ValueShape original) {
    int[] dimensions = original.dimensions();
    for (int axis = 0; axis < dimensions.length; axis++) {
      dimensions[axis] = length(tensor, axis, dimensions[axis]);
    }
    return original.withDimensions(dimensions);
  }

  /** Where the end of a segment of an axis of the originals is; see {@link UnitRow#grown}. */
  public int boundary(String tensor, int axis, int place) {
    return separability
        .row(tensor, axis)
        .map(row -> row.grown(place, separate).orElseThrow())
        .orElse(place);
  }

  /** The merged form of an axis of a tensor that has some length in the originals. */
  public MergedAxis axis(String tensor, int axis, int length) {
    AxisUnits units = symmetry.axis(tensor, axis).filter(AxisUnits::moves).orElse(null);
    if (units == null) {
      return MergedAxis.same(length);
    }
    Optional<UnitRow> row = separability.row(tensor, axis);
    if (row.isEmpty()) {
      // Not a row of whole groups: nothing on it is separate, so every element meets its partner.
      return new MergedAxis(MergedAxis.same(length).a(), units.source(matching.permutations()));
    }
    if (matching.zip().isPresent()) {
      return zipped(row.get());
    }
    MergedAxis stretches = stretches(row.get());
    int[] source = units.source(matching.permutations());
    int[] b = stretches.b().clone();
    for (int e = 0; e < b.length; e++) {
      b[e] = stretches.isMerged(e) ? source[stretches.a()[e]] : b[e];
    }
    return new MergedAxis(stretches.a(), b);
  }

  /**
   * An axis along which units stand, alone or with other axes, its units as wholes: what stands in
   * merged blocks is in its original's order on both sides.
   */
  MergedAxis stretches(String tensor, int axis, int length) {
    return separability
        .row(tensor, axis)
        .map(this::stretches)
        .orElseGet(() -> MergedAxis.same(length));
  }

  private MergedAxis stretches(UnitRow row) {
    IntStream.Builder a = IntStream.builder();
    IntStream.Builder b = IntStream.builder();
    for (UnitRow.Segment segment : row.segments()) {
      MergedAxis units = segment.group() < 0 ? MergedAxis.same(1) : groups[segment.group()];
      for (int u = 0; u < units.length(); u++) {
        for (int e = 0; e < segment.run(); e++) {
          int at = segment.start() + e;
          a.add(units.isOnlyB(u) ? -1 : at + units.a()[u] * segment.run());
          b.add(units.isOnlyA(u) ? -1 : at + units.b()[u] * segment.run());
        }
      }
    }
    return new MergedAxis(a.build().toArray(), b.build().toArray());
  }

  /** An axis of whole groups of zipped units. */
  private MergedAxis zipped(UnitRow row) {
    List<int[]> a = new ArrayList<>();
    List<int[]> b = new ArrayList<>();
    boolean zipped = false;
    for (UnitRow.Segment segment : row.segments()) {
      MergedAxis units = segment.group() < 0 ? MergedAxis.same(1) : groups[segment.group()];
      int[][] ofA = units.allA();
      int[][] ofB = units.allB();
      zipped |= units.zipped().isPresent();
      for (int u = 0; u < units.length(); u++) {
        for (int e = 0; e < segment.run(); e++) {
          a.add(elements(ofA[u], segment.start(), segment.run(), e));
          b.add(elements(ofB[u], segment.start(), segment.run(), e));
        }
      }
    }
    MergedAxis axis = MergedAxis.zipped(a.toArray(int[][]::new), b.toArray(int[][]::new));
    return zipped ? axis : new MergedAxis(axis.a(), axis.b());
  }

  /** Element e of the run of each of some units. */
  private static int[] elements(int[] units, int start, int run, int e) {
    return Arrays.stream(units).map(unit -> start + unit * run + e).toArray();
  }
}
