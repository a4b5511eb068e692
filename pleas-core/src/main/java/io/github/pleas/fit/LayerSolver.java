package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Solves one layer's problem by the method that is asked for, and gives its weight and bias as
 * tensors.
 */
final class LayerSolver {
  /**
   * A layer's solution.
   *
   * @param weight in the layer's own layout
   * @param bias [outputs]; not used where the layer has none
   * @param residual |X W - T| / |T|
   * @param ridge relative to the mean diagonal
   * @param rows rows that it rests on
   */
  record Solution(Tensor weight, Tensor bias, double residual, double ridge, long rows) {}

  private final FitContext context;

  LayerSolver(FitContext context) {
    this.context = context;
  }

  /** Makes a dense layer's problem of its rows. */
  @FunctionalInterface
  interface Problems {
    /**
     * Gathers all rows, as {@link LayerProblem#of} does.
     *
     * @param rows the rows, from one source or several
     * @param base W0, [unknowns, outputs], the bias in the last row
     */
    LayerProblem of(List<LayerRows> rows, double[] base, boolean bias);
  }

  /** What a layer, or one group of a convolution, is solved from. */
  interface Source {
    /**
     * The least-squares problem of a dense layer, which the caller closes.
     *
     * @param base W0, [unknowns, outputs], the bias in the last row
     */
    LayerProblem problem(double[] base, boolean bias);

    /** The problems of a layer that acts on each channel alone. */
    ChannelProblem channels(int taps);

    /** Statistics of the originals' units. */
    ChannelStatistics statistics();

    /** The rows themselves, for methods that read them more than once. */
    List<LayerRows> rows();

    /** Rows of each original on its own domain, where the method needs them. */
    List<LayerRows> domains();
  }

  Solution solveTrunk(MergedLayer merged, Source source) {
    Layer layer = merged.layer();
    if (layer.kind().isPerChannel()) {
      return solveChannels(merged, source);
    }
    return solveDense(merged, source).solution();
  }

  /**
   * A dense layer's solution.
   *
   * @param targetSquares the sum over outputs of the targets' mean squares
   */
  private record Solved(Solution solution, double targetSquares) {}

  /**
   * A convolution of several groups: each group is a dense layer of its own.
   *
   * @param groups the groups
   * @param sources the rows of each
   */
  Solution solveGroups(List<MergedLayer> groups, List<? extends Source> sources) {
    List<Solved> solved = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      solved.add(solveDense(groups.get(g), sources.get(g)));
    }
    Solution first = solved.get(0).solution();
    Tensor weight = first.weight();
    Tensor bias = first.bias();
    double error = 0;
    double total = 0;
    for (Solved group : solved) {
      if (group != solved.get(0)) {
        weight = weight.joined(0, group.solution().weight());
        bias = bias.joined(0, group.solution().bias());
      }
      double residual = group.solution().residual();
      error += residual * residual * group.targetSquares();
      total += group.targetSquares();
    }
    return new Solution(
        weight, bias, total == 0 ? 0 : Math.sqrt(error / total), first.ridge(), first.rows());
  }

  private Solved solveDense(MergedLayer merged, Source source) {
    Layer layer = merged.layer();
    FitOptions options = context.options();
    double[] base =
        options.method() == FitMethod.REGMEAN
            ? new RegMean(context).dense(merged, source.domains())
            : Centre.dense(merged, context.a(), context.b(), context.workers());
    try (LayerProblem problem = source.problem(base, layer.bias().isPresent())) {
      Solution solution =
          switch (options.method()) {
            case PROGRESSIVE -> {
              double ridge = ridge(merged);
              yield solution(merged, problem, ridged(merged, problem).solve(true, ridge), ridge);
            }
            case PUBLISHED -> published(merged, problem, source);
            case REGMEAN, NONE ->
                solution(
                    merged,
                    problem,
                    given(problem, Repair.dense(problem, merged, source.statistics())),
                    0);
          };
      return new Solved(solution, problem.sums().targetSquares());
    }
  }

  private RidgeSolver ridged(MergedLayer merged, LayerProblem problem) {
    int taps = merged.layer().window().taps();
    return new RidgeSolver(problem, merged.in(), merged.out(), taps, context.workers());
  }

  private Solution published(MergedLayer merged, LayerProblem problem, Source source) {
    PublishedOptions options = context.options().published();
    if (options.adam().isPresent()) {
      double[] w =
          new AdamSolver(options.adam().get(), context.workers())
              .solve(merged, source.rows(), problem.base());
      return solution(merged, problem, given(problem, w), 0);
    }
    double ridge = options.ridge();
    return solution(merged, problem, ridged(merged, problem).solve(false, ridge), ridge);
  }

  private Solution solveChannels(MergedLayer merged, Source source) {
    FitOptions options = context.options();
    ChannelProblem problem = source.channels(merged.layer().window().taps());
    double[] centre = Centre.perChannel(merged, context.a(), context.b());
    boolean solved =
        options.method() == FitMethod.PROGRESSIVE || options.method() == FitMethod.PUBLISHED;
    double ridge =
        options.method() == FitMethod.PROGRESSIVE
            ? options.channelRidge()
            : solved ? options.published().ridge() : 0;
    double[] solution =
        solved
            ? problem.solve(centre, ridge)
            : Repair.channels(problem, centre, merged, source.statistics());
    return channelSolution(merged, problem, solution, ridge);
  }

  /** Of a whole layer or of one of its groups. */
  private static int unknowns(MergedLayer merged) {
    return merged.layer().kind() == Layer.Kind.GROUPED
        ? merged.layer().unknowns()
        : merged.unknowns();
  }

  /** λ = clip(κ P / R, smallest, largest), with R all rows that there are, sampled or not. */
  private double ridge(MergedLayer merged) {
    FitOptions options = context.options();
    double available = context.recorder().available(merged, context.images().size());
    double ridge = options.shrinkage() * unknowns(merged) / available;
    return Math.max(options.smallestRidge(), Math.min(options.largestRidge(), ridge));
  }

  /** The original heads as they are (a shared one is the mean of both), or shrunk to these. */
  Solution solveHead(MergedLayer head, Source source) {
    Layer layer = head.layer();
    try (LayerProblem problem =
        source.problem(
            Centre.dense(head, context.a(), context.b(), context.workers()),
            layer.bias().isPresent())) {
      return head(head, problem);
    }
  }

  private Solution head(MergedLayer head, LayerProblem problem) {
    FitOptions options = context.options();
    if (options.heads() == HeadFit.ORIGINAL) {
      return solution(head, problem, given(problem, problem.base()), 0);
    }
    // Every output of a head sees every input: what the other original's separate units know helps
    // it.
    RidgeSolver solver =
        new RidgeSolver(
            problem,
            head.in(),
            MergedAxis.same(problem.outputs()),
            head.layer().window().taps(),
            context.workers());
    boolean shared = HeadTargets.isShared(head);
    double ridge = shared ? ridge(head) : options.headRidge();
    return solution(head, problem, solver.solve(shared, ridge), ridge);
  }

  /** Weights that were not solved for. */
  private RidgeSolver.Solution given(LayerProblem problem, double[] w) {
    return new RidgeSolver.Solution(w, problem.residual(w, context.workers()));
  }

  private Solution solution(
      MergedLayer merged, LayerProblem problem, RidgeSolver.Solution found, double ridge) {
    double[] w = found.weights();
    int outputs = problem.outputs();
    float[] bias = new float[outputs];
    for (int o = 0; problem.bias() && o < outputs; o++) {
      bias[o] = (float) w[(problem.unknowns() - 1) * outputs + o];
    }
    return new Solution(
        Centre.weight(merged, w, context.workers()),
        Tensor.ofFloats(new int[] {outputs}, bias),
        found.residual(),
        ridge,
        problem.rows());
  }

  private Solution channelSolution(
      MergedLayer merged, ChannelProblem problem, double[] solution, double ridge) {
    int channels = merged.out().length();
    int taps = problem.taps();
    float[] weight = new float[channels * taps];
    float[] bias = new float[channels];
    for (int c = 0; c < channels; c++) {
      for (int tap = 0; tap < taps; tap++) {
        weight[c * taps + tap] = (float) solution[c * (taps + 1) + tap];
      }
      bias[c] = (float) solution[c * (taps + 1) + taps];
    }
    Network a = context.a();
    int[] shape = a.constant(merged.layer().weight()).shape();
    shape[0] = channels;
    return new Solution(
        Tensor.ofFloats(shape, weight),
        Tensor.ofFloats(new int[] {channels}, bias),
        problem.residual(solution),
        ridge,
        problem.rows());
  }
}
