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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Matching on weights, without data: coordinate descent over groups in random order until no group
 * changes (Ainsworth et al., "Git Re-Basin", algorithm 1). The similarity of unit i of A and unit j
 * of B is the inner product of all their weights, B's other axes in the order found so far. Blocks
 * of units, such as attention heads, are paired first of all, by what does not depend on any order
 * ({@link BlockSpectra}); what stands in them is paired within these pairs. Always computed from B
 * as it was read, never from a permuted B, so that what comes out is an order of B's own units.
 */
public final class WeightMatcher {
  private final Network a;
  private final Network b;
  private final Symmetry symmetry;
  private final Set<String> apart;
  private final Map<Integer, int[]> pairedBlocks = new HashMap<>();

  /** A matcher that compares all weights. */
  public WeightMatcher(Network a, Network b, Symmetry symmetry) {
    this(a, b, symmetry, Set.of());
  }

  /**
   * A matcher.
   *
   * @param apart constants that are not compared, and need not be of the same shape: what stands at
   *     the same place in them is not the same, as in heads of different labels
   */
  public WeightMatcher(Network a, Network b, Symmetry symmetry, Set<String> apart) {
    this.a = a;
    this.b = b;
    this.symmetry = symmetry;
    this.apart = Set.copyOf(apart);
  }

  /** The matching; the same seed gives the same. */
  public Matching match(long seed) {
    pairBlocks();
    Permutations permutations = start();
    double[][] similarities = new double[symmetry.groups().size()][];
    List<UnitGroup> order =
        new ArrayList<>(symmetry.groups().stream().filter(g -> g.blocks().isEmpty()).toList());
    Random random = new Random(seed);
    boolean changed = true;
    while (changed) {
      changed = false;
      Collections.shuffle(order, random);
      for (UnitGroup group : order) {
        List<UnitGroup> family = symmetry.family(group);
        for (UnitGroup member : family) {
          similarities[member.index()] = similarity(member, permutations);
        }
        Permutations candidate = better(group, permutations, similarities);
        // Ties must not make two equally good orders take turns for ever.
        if (gain(family, permutations, candidate, similarities)
            > 1e-6 * size(family, similarities)) {
          permutations = candidate;
          changed = true;
        }
      }
    }
    int[][] orders = orders(permutations);
    return new Matching(permutations, Matcher.ofBlocks(symmetry, cosines(orders, similarities)));
  }

  /** Pairs blocks whose weights tell how alike they are in any order. */
  private void pairBlocks() {
    BlockSpectra spectra = new BlockSpectra(a, symmetry);
    for (UnitGroup group : symmetry.groups()) {
      if (group.blocks().isEmpty() && !symmetry.inside(group).isEmpty()) {
        spectra
            .similarity(group, a, b)
            .ifPresent(
                alike -> pairedBlocks.put(group.index(), Assignment.maximize(alike, group.size())));
      }
    }
  }

  /** Every unit in its place, but for blocks that are paired, which bring what stands in them. */
  private Permutations start() {
    int[][] orders = orders(Permutations.identity(symmetry));
    for (UnitGroup group : symmetry.groups()) {
      int[] blocks = pairedBlocks.get(symmetry.outermost(group.index()));
      if (blocks != null) {
        int each = symmetry.each(group.index());
        for (int u = 0; u < group.size(); u++) {
          orders[group.index()][u] = blocks[u / each] * each + u % each;
        }
      }
    }
    return new Permutations(orders);
  }

  /** The scores of pairs: their similarities relative to the lengths of their weights. */
  private double[][] cosines(int[][] orders, double[][] similarities) {
    double[][] scores = new double[orders.length][];
    for (UnitGroup group : symmetry.groups()) {
      int g = group.index();
      scores[g] = Matcher.scores(orders[g], similarities[g]);
      double[] ofA = squares(a, group);
      double[] ofB = squares(b, group);
      for (int i = 0; i < scores[g].length; i++) {
        double lengths = Math.sqrt(ofA[i] * ofB[orders[g][i]]);
        scores[g][i] = lengths == 0 ? 1 : Math.min(1, scores[g][i] / lengths);
      }
    }
    return scores;
  }

  /** For each unit the sum of squares of its weights. */
  private double[] squares(Network network, UnitGroup group) {
    double[] squares = new double[group.size()];
    for (UnitGroup.Member member : weights(group)) {
      AxisUnits units = symmetry.axis(member.tensor(), member.axis()).orElseThrow();
      float[] rows = unfold(network.constant(member.tensor()), member.axis(), units, group);
      int row = rows.length / squares.length;
      for (int i = 0; i < rows.length; i++) {
        squares[i / row] += (double) rows[i] * rows[i];
      }
    }
    return squares;
  }

  private Permutations better(UnitGroup group, Permutations known, double[][] similarities) {
    int[][] orders = orders(known);
    NestedAssignment assignment = new NestedAssignment(symmetry, similarities);
    if (pairedBlocks.containsKey(group.index())) {
      assignment.solveInside(group, orders);
    } else {
      assignment.solve(group, orders);
    }
    return new Permutations(orders);
  }

  private static int[][] orders(Permutations permutations) {
    int[][] orders = new int[permutations.groups()][];
    for (int g = 0; g < orders.length; g++) {
      orders[g] = permutations.of(g);
    }
    return orders;
  }

  private double gain(
      List<UnitGroup> family, Permutations known, Permutations candidate, double[][] similarities) {
    if (standsTwice(family)) {
      return objective(family, candidate) - objective(family, known);
    }
    double gain = 0;
    for (UnitGroup group : family) {
      double[] similarity = similarities[group.index()];
      gain +=
          total(similarity, candidate.of(group.index()))
              - total(similarity, known.of(group.index()));
    }
    return gain;
  }

  /**
   * Whether a weight has units of a family on two axes, as where a layer reads and writes the same
   * residual stream. The objective is not linear in the family's order then, so that the best
   * assignment need not be an ascent.
   */
  private boolean standsTwice(List<UnitGroup> family) {
    Set<UnitGroup.Member> places = new HashSet<>();
    family.forEach(group -> places.addAll(weights(group)));
    Set<String> seen = new HashSet<>();
    return places.stream().anyMatch(member -> !seen.add(member.tensor()));
  }

  /** The inner product of A's and the reordered B's constants that have units of a family. */
  private double objective(List<UnitGroup> family, Permutations permutations) {
    Permuter permuter = new Permuter(symmetry);
    double sum = 0;
    Set<String> names = new LinkedHashSet<>();
    family.forEach(group -> weights(group).forEach(member -> names.add(member.tensor())));
    for (String name : names) {
      float[] x = a.constant(name).floats();
      float[] y = permuter.permute(name, b.constant(name), permutations).floats();
      for (int i = 0; i < x.length; i++) {
        sum += (double) x[i] * y[i];
      }
    }
    return sum;
  }

  /**
   * Where a group's units stand on weights. Weights on which units stand on several axes together,
   * such as a grouped convolution's, are left to the layers before and behind: what they say of two
   * blocks depends on the order within these, which is not known before they are paired.
   */
  private List<UnitGroup.Member> weights(UnitGroup group) {
    return group.members().stream()
        .filter(member -> isWeight(member.tensor()))
        .filter(
            member ->
                symmetry.standings(member.tensor()).stream()
                    .allMatch(standing -> standing.isOn(standing.axes().get(0))))
        .toList();
  }

  private boolean isWeight(String name) {
    return !apart.contains(name) && a.isConstant(name) && a.constant(name).isFloat();
  }

  /** The root of the sum of squares, for what counts as rounding. */
  private static double size(List<UnitGroup> family, double[][] similarities) {
    double squares = 0;
    for (UnitGroup group : family) {
      for (double value : similarities[group.index()]) {
        squares += value * value;
      }
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
    for (UnitGroup.Member member : weights(group)) {
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
