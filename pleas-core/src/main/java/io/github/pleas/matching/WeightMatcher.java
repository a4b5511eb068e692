package io.github.pleas.matching;

import io.github.pleas.linalg.Assignment;
import io.github.pleas.linalg.Blas;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Matching on weights, without data: coordinate descent over groups in random order until no group
 * changes (Ainsworth et al., "Git Re-Basin", algorithm 1). The similarity of unit i of A and unit j
 * of B is the inner product of all their weights, B's other axes in the order found so far. Always
 * computed from B as it was read, never from a permuted B, so that what comes out is an order of
 * B's own units.
 */
public final class WeightMatcher {
  private final Network a;
  private final Network b;
  private final Symmetry symmetry;

  public WeightMatcher(Network a, Network b, Symmetry symmetry) {
    this.a = a;
    this.b = b;
    this.symmetry = symmetry;
  }

  /** The matching; the same seed gives the same. */
  public Matching match(long seed) {
    Permutations permutations = Permutations.identity(symmetry);
    double[][] similarities = new double[symmetry.groups().size()][];
    List<UnitGroup> order = new ArrayList<>(symmetry.groups());
    Random random = new Random(seed);
    boolean changed = true;
    while (changed) {
      changed = false;
      Collections.shuffle(order, random);
      for (UnitGroup group : order) {
        double[] similarity = similarity(group, permutations);
        int[] better = Assignment.maximize(similarity, group.size());
        int[] known = permutations.of(group.index());
        Permutations candidate = permutations.with(group.index(), better);
        // Ties must not make two equally good orders take turns for ever.
        double gain =
            standsTwice(group)
                ? objective(group, candidate) - objective(group, permutations)
                : total(similarity, better) - total(similarity, known);
        if (gain > 1e-6 * size(similarity)) {
          permutations = candidate;
          changed = true;
        }
        similarities[group.index()] = similarity;
      }
    }
    int[][] orders = new int[similarities.length][];
    for (int g = 0; g < orders.length; g++) {
      orders[g] = permutations.of(g);
    }
    return new Matching(permutations, Matcher.scores(orders, similarities));
  }

  /**
   * Whether a weight has the group on two axes, as where a layer reads and writes the same residual
   * stream. The objective is not linear in the group's order then, so that the best assignment need
   * not be an ascent.
   */
  private static boolean standsTwice(UnitGroup group) {
    Set<String> seen = new HashSet<>();
    return group.members().stream().anyMatch(member -> !seen.add(member.tensor()));
  }

  /** The inner product of A's and the reordered B's constants that have units of a group. */
  private double objective(UnitGroup group, Permutations permutations) {
    Permuter permuter = new Permuter(symmetry);
    double sum = 0;
    Set<String> seen = new HashSet<>();
    for (UnitGroup.Member member : group.members()) {
      String name = member.tensor();
      if (isWeight(name) && seen.add(name)) {
        float[] x = a.constant(name).floats();
        float[] y = permuter.permute(name, b.constant(name), permutations).floats();
        for (int i = 0; i < x.length; i++) {
          sum += (double) x[i] * y[i];
        }
      }
    }
    return sum;
  }

  private boolean isWeight(String name) {
    return a.isConstant(name) && a.constant(name).isFloat();
  }

  /** The root of the sum of squares, for what counts as rounding. */
  private static double size(double[] similarity) {
    double squares = 0;
    for (double value : similarity) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static double total(double[] similarity, int[] order) {
    double sum = 0;
    for (int i = 0; i < order.length; i++) {
      sum += similarity[i * order.length + order[i]];
    }
    return sum;
  }

  private double[] similarity(UnitGroup group, Permutations permutations) {
    int n = group.size();
    double[] sum = new double[n * n];
    for (UnitGroup.Member member : group.members()) {
      if (!isWeight(member.tensor())) {
        continue;
      }
      Tensor right = b.constant(member.tensor());
      for (int axis = 0; axis < right.rank(); axis++) {
        Optional<AxisUnits> units = symmetry.axis(member.tensor(), axis).filter(AxisUnits::moves);
        if (axis != member.axis() && units.isPresent()) {
          right = right.gather(axis, units.get().source(permutations));
        }
      }
      AxisUnits units = symmetry.axis(member.tensor(), member.axis()).orElseThrow();
      float[] x = unfold(a.constant(member.tensor()), member.axis(), units, group);
      float[] y = unfold(right, member.axis(), units, group);
      float[] product = Blas.multiplyTransposedRight(x, n, x.length / n, y, n);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += product[i];
      }
    }
    return sum;
  }

  /**
   * A row for each unit of the group: all the weights that belong to it, in the same order for
   * every unit.
   */
  private static float[] unfold(Tensor tensor, int axis, AxisUnits units, UnitGroup group) {
    int length = tensor.dimension(axis);
    int inner = 1;
    for (int k = axis + 1; k < tensor.rank(); k++) {
      inner *= tensor.dimension(k);
    }
    int outer = tensor.size() / (inner * length);
    int repeats = 0;
    for (int e = 0; e < length; e++) {
      repeats += units.group()[e] == group.index() && units.unit()[e] == 0 ? 1 : 0;
    }
    int row = repeats * outer * inner;
    float[] rows = new float[group.size() * row];
    int[] filled = new int[group.size()];
    float[] from = tensor.floats();
    for (int e = 0; e < length; e++) {
      if (units.group()[e] != group.index()) {
        continue;
      }
      int unit = units.unit()[e];
      for (int o = 0; o < outer; o++) {
        System.arraycopy(from, (o * length + e) * inner, rows, unit * row + filled[unit], inner);
        filled[unit] += inner;
      }
    }
    return rows;
  }
}
