package io.github.pleas.matching;

import io.github.pleas.linalg.SingularValues;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import io.github.pleas.symmetry.UnitRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How alike blocks of units are by their weights, whatever order their units and those of all other
 * layers are in. What an attention head does depends on its weights only by the products of those
 * of query and key and of value and output, W_q W_k' and W_v W_o, each [features, features] of the
 * rank of the head's size; their singular values stay when units inside the head, or those of the
 * residual stream, are reordered. With s the singular values of A's and t those of B's, two heads
 * are alike by
 *
 * <p>2 s't / (s's + t't),
 *
 * <p>which is 1 where they are the same, averaged over both products.
 */
final class BlockSpectra {
  private final Symmetry symmetry;
  private final Separability rows;

  BlockSpectra(Network network, Symmetry symmetry) {
    this.symmetry = symmetry;
    this.rows = Separability.of(network, symmetry);
  }

  /**
   * The similarities of the blocks of a group.
   *
   * @return [blocks of A, blocks of B], row-major, or nothing where no layers' weights tell them
   */
  Optional<double[]> similarity(UnitGroup blocks, Network a, Network b) {
    int n = blocks.size();
    double[] sum = new double[n * n];
    int kinds = 0;
    for (UnitGroup units : symmetry.inside(blocks)) {
      Optional<double[][]> left = spectra(blocks, units, a);
      Optional<double[][]> right = spectra(blocks, units, b);
      if (left.isEmpty() || right.isEmpty()) {
        continue;
      }
      kinds++;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          sum[i * n + j] += alike(left.get()[i], right.get()[j]);
        }
      }
    }
    int count = kinds;
    return kinds == 0
        ? Optional.empty()
        : Optional.of(Arrays.stream(sum).map(s -> s / count).toArray());
  }

  static double alike(double[] s, double[] t) {
    double product = 0;
    double squares = 0;
    for (int k = 0; k < s.length; k++) {
      product += s[k] * t[k];
      squares += s[k] * s[k] + t[k] * t[k];
    }
    return squares == 0 ? 1 : 2 * product / squares;
  }

  /** For each block the singular values of what its units of a kind connect. */
  private Optional<double[][]> spectra(UnitGroup blocks, UnitGroup units, Network network) {
    List<double[][]> factors = new ArrayList<>();
    for (Layer layer : network.layers()) {
      if (layer.kind().isDense()) {
        for (int axis : new int[] {layer.outputAxis(), layer.inputAxis()}) {
          factors.addAll(factors(layer, axis, blocks, units, network));
        }
      }
    }
    if (factors.size() < 2) {
      return Optional.empty(); // they connect nothing that layers fit
    }
    int d = symmetry.each(units.index());
    double[][] all = new double[blocks.size()][];
    for (int block = 0; block < all.length; block++) {
      all[block] =
          factors.size() == 2
              ? SingularValues.ofProduct(factors.get(0)[block], factors.get(1)[block], d)
              : SingularValues.of(joined(factors, block, d), d); // queries of several heads, say
    }
    return Optional.of(all);
  }

  /** Several matrices of d rows side by side. */
  private static double[] joined(List<double[][]> factors, int block, int d) {
    int columns = factors.stream().mapToInt(f -> f[block].length / d).sum();
    double[] all = new double[d * columns];
    int at = 0;
    for (double[][] factor : factors) {
      int own = factor[block].length / d;
      for (int row = 0; row < d; row++) {
        System.arraycopy(factor[block], row * own, all, row * columns + at, own);
      }
      at += own;
    }
    return all;
  }

  /**
   * The weights of a kind of units at each place where all blocks stand on an axis of a layer's
   * weight, query and key apart: for each block [units of it, weights], the bias with them.
   */
  private List<double[][]> factors(
      Layer layer, int axis, UnitGroup blocks, UnitGroup units, Network network) {
    Optional<UnitRow> row = rows.row(layer.weight(), axis);
    Optional<AxisUnits> stands = symmetry.axis(layer.weight(), axis);
    if (row.isEmpty() || stands.isEmpty()) {
      return List.of();
    }
    Tensor weight = network.constant(layer.weight());
    Optional<Tensor> bias =
        axis == layer.outputAxis() ? layer.bias().map(network::constant) : Optional.empty();
    int d = symmetry.each(units.index());
    List<double[][]> factors = new ArrayList<>();
    for (UnitRow.Segment segment : row.get().segments()) {
      if (segment.group() != blocks.index()) {
        continue;
      }
      double[][] own = new double[blocks.size()][];
      for (int block = 0; block < own.length; block++) {
        Map<Integer, List<Double>> byUnit = new HashMap<>();
        for (int e = 0; e < segment.run(); e++) {
          int place = segment.start() + block * segment.run() + e;
          if (stands.get().group()[place] == units.index()) {
            List<Double> numbers =
                byUnit.computeIfAbsent(stands.get().unit()[place] % d, any -> new ArrayList<>());
            read(weight, axis, place, numbers);
            bias.ifPresent(t -> numbers.add((double) t.floats()[place]));
          }
        }
        own[block] = matrix(byUnit, d);
      }
      if (own[0].length > 0) {
        factors.add(own);
      }
    }
    return factors;
  }

  static void read(Tensor weight, int axis, int place, List<Double> numbers) {
    int length = weight.dimension(axis);
    int inner = 1;
    for (int k = axis + 1; k < weight.rank(); k++) {
      inner *= weight.dimension(k);
    }
    float[] from = weight.floats();
    for (int outer = 0; outer < from.length / (length * inner); outer++) {
      for (int i = 0; i < inner; i++) {
        numbers.add((double) from[(outer * length + place) * inner + i]);
      }
    }
  }

  private static double[] matrix(Map<Integer, List<Double>> byUnit, int d) {
    if (byUnit.size() < d) {
      return new double[0];
    }
    return IntStream.range(0, d)
        .boxed()
        .flatMap(unit -> byUnit.getOrDefault(unit, List.of()).stream())
        .mapToDouble(Double::doubleValue)
        .toArray();
  }
}
