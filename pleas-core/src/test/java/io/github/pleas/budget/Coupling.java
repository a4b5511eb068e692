package io.github.pleas.budget;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Problems of the coupling that networks have, without a network: layers between groups, and gains
 * from a seed.
 */
final class Coupling {
  /** How the layers of a network couple its groups. */
  enum Form {
    /** Each layer reads the one before. */
    CHAIN,
    /** Blocks of two layers that read and write a stream; a few streams one after another. */
    RESIDUAL,
    /** Blocks of three layers, the middle one narrow. */
    BOTTLENECK,
    /** Each pair of layers reads all that those before it in the block have written. */
    DENSE
  }

  /** How a group's gains grow. */
  enum Shape {
    /** Ever more slowly: the worst-matched pairs come first. */
    CONCAVE,
    LINEAR,
    /** By steps of very unequal size. */
    RUGGED
  }

  private record Layer(long factor, AxisLength in, AxisLength out, boolean head) {}

  private final List<Integer> widths = new ArrayList<>();
  private final List<Layer> layers = new ArrayList<>();
  private final Random random;

  private Coupling(long seed) {
    random = new Random(seed);
  }

  /** A coupling of about so many groups. */
  static Coupling of(Form form, int groups, long seed) {
    Coupling coupling = new Coupling(seed);
    switch (form) {
      case CHAIN -> coupling.chain(groups);
      case RESIDUAL -> coupling.residual(groups, 2);
      case BOTTLENECK -> coupling.residual(groups, 3);
      case DENSE -> coupling.dense(groups);
    }
    return coupling;
  }

  private int group(int units) {
    widths.add(units);
    return widths.size() - 1;
  }

  private AxisLength axis(Integer... groups) {
    int[] sorted = Arrays.stream(groups).mapToInt(Integer::intValue).sorted().toArray();
    long merged = IntStream.of(sorted).mapToLong(widths::get).sum();
    long[] ones = new long[sorted.length];
    Arrays.fill(ones, 1);
    return new AxisLength(merged, sorted, ones);
  }

  private void layer(long factor, AxisLength in, AxisLength out) {
    layers.add(new Layer(factor, in, out, false));
  }

  private void head(AxisLength in) {
    layers.add(new Layer(1, in, AxisLength.constant(100), true));
  }

  private void chain(int groups) {
    AxisLength before = AxisLength.constant(3);
    long positions = 1024;
    for (int g = 0; g < groups; g++) {
      AxisLength next = axis(group(16 << random.nextInt(6)));
      layer(positions * (random.nextBoolean() ? 9 : 1), before, next);
      positions = random.nextInt(4) == 0 ? Math.max(1, positions / 4) : positions;
      before = next;
    }
    head(before);
  }

  private void residual(int groups, int depth) {
    int stages = 4;
    int blocks = Math.max(1, (groups / stages - 1) / (depth - 1));
    AxisLength stream = AxisLength.constant(3);
    for (int stage = 0; stage < stages; stage++) {
      long positions = 3136L >> 2 * stage;
      int width = 32 << stage;
      AxisLength next = axis(group(depth == 3 ? 4 * width : width));
      layer(positions, stream, next);
      for (int block = 0; block < blocks; block++) {
        AxisLength from = block == 0 ? stream : next;
        for (int k = 1; k < depth; k++) {
          AxisLength inner = axis(group(width));
          layer(positions * (k == 1 && depth == 3 ? 1 : 9), from, inner);
          from = inner;
        }
        layer(positions, from, next);
      }
      stream = next;
    }
    head(stream);
  }

  private void dense(int groups) {
    int blocks = 3;
    int pairs = Math.max(1, (groups / blocks - 1) / 2);
    List<Integer> read = new ArrayList<>(List.of(group(64)));
    layer(12544 * 49, AxisLength.constant(3), axis(read.get(0)));
    for (int block = 0; block < blocks; block++) {
      long positions = 3136L >> 2 * block;
      for (int pair = 0; pair < pairs; pair++) {
        AxisLength narrow = axis(group(128));
        int written = group(32);
        layer(positions, axis(read.toArray(Integer[]::new)), narrow);
        layer(9 * positions, narrow, axis(written));
        read.add(written);
      }
      AxisLength all = axis(read.toArray(Integer[]::new));
      int half = group((int) all.merged() / 2);
      layer(positions, all, axis(half));
      read = new ArrayList<>(List.of(half));
    }
    head(axis(read.toArray(Integer[]::new)));
  }

  /** What it costs, all layers dense or all in blocks. */
  QuadraticCost cost(boolean blocks) {
    QuadraticCost.Builder cost = new QuadraticCost.Builder(widths.size());
    for (Layer layer : layers) {
      cost.addProduct(layer.factor, layer.in, layer.out);
      if (blocks && !layer.head) {
        cost.addSeparateProduct(-2 * layer.factor, layer.in, layer.out);
      }
    }
    return cost.build();
  }

  /**
   * A problem.
   *
   * @param levels counts for each group, evenly spread, or all if there are fewer
   * @param share of the way from the smallest cost to the largest that the limit is
   */
  BudgetProblem problem(boolean blocks, int levels, Shape shape, double share) {
    int n = widths.size();
    int[][] counts = new int[n][];
    double[][] gains = new double[n][];
    int[] all = widths.stream().mapToInt(Integer::intValue).toArray();
    for (int g = 0; g < n; g++) {
      int last = Math.min(levels - 1, all[g]);
      double[] sums = sums(all[g], shape);
      counts[g] = new int[last + 1];
      gains[g] = new double[last + 1];
      for (int k = 0; k <= last; k++) {
        counts[g][k] = (int) Math.round((double) k * all[g] / last);
        // Whole numbers, so that an oracle of whole numbers has the same problem.
        gains[g][k] = Math.rint(1e6 * sums[counts[g][k]]);
      }
    }
    QuadraticCost cost = cost(blocks);
    long least = cost.at(new int[n]);
    return new BudgetProblem(counts, gains, cost, least + (long) (share * (cost.at(all) - least)));
  }

  private double[] sums(int units, Shape shape) {
    double mean = 0.2 + 0.6 * random.nextDouble();
    double weight = Math.exp(random.nextGaussian()) / units;
    double[] each = new double[units];
    for (int k = 0; k < units; k++) {
      double loss = Math.max(0.01, mean + 0.2 * random.nextGaussian());
      each[k] =
          switch (shape) {
            case CONCAVE -> loss;
            case LINEAR -> mean;
            case RUGGED -> loss * Math.exp(1.5 * random.nextGaussian());
          };
    }
    if (shape == Shape.CONCAVE) {
      Arrays.sort(each);
    }
    double[] sums = new double[units + 1];
    for (int k = 0; k < units; k++) {
      sums[k + 1] = sums[k] + weight * each[units - 1 - k];
    }
    return sums;
  }
}
