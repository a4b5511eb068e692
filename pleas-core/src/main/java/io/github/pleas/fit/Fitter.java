package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.network.Layer;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds the merged network's weights, layer by layer in the order of the target plan: computes what
 * the layer reads, gathers the moments with its targets, solves, and goes on with the layer as it
 * now is.
 */
public final class Fitter {
  /**
   * A fitted network.
   *
   * @param constants all constants of the merged graph
   * @param layers what each fit gave, in the order of fitting
   */
  public record Fitted(Map<String, Tensor> constants, List<LayerFit> layers) {}

  private final FitContext context;
  private final FitSteps steps;
  private final boolean forgets;
  private final FitJournal journal;
  private final Optional<PartSums> parts;
  private final Map<String, Tensor> constants;
  private final List<LayerFit> fits = new ArrayList<>();
  private final LayerSolver solver;

  /**
   * A fitter on images that are here.
   *
   * @param plan the targets of the trunk's layers, as they were recorded
   * @param forgets whether what was recorded for a layer is given back once it is fitted
   * @param journal of layers that were fitted before the same fit was stopped
   */
  public Fitter(
      FitContext context, List<TargetPlan.Target> plan, boolean forgets, FitJournal journal) {
    this(context, plan, forgets, journal, Optional.empty());
  }

  /**
   * A fitter on images in parts.
   *
   * @param context its images are only counted, and its recorder has seen none
   * @param plan the targets of the trunk's layers
   * @param parts give the sums; each has a {@link PartFit} of the same plan
   */
  public Fitter(FitContext context, List<TargetPlan.Target> plan, PartSums parts) {
    this(context, plan, false, FitJournal.NONE, Optional.of(parts));
  }

  private Fitter(
      FitContext context,
      List<TargetPlan.Target> plan,
      boolean forgets,
      FitJournal journal,
      Optional<PartSums> parts) {
    this.context = context;
    this.forgets = forgets;
    this.journal = journal;
    this.parts = parts;
    this.steps = FitSteps.of(context.merged(), plan);
    this.constants = new LinkedHashMap<>(context.merged().graph().initializers());
    this.solver = new LayerSolver(context);
  }

  /** Fits all layers. */
  public Fitted fit(FitListener listener) {
    return fit(listener, Optional.empty());
  }

  /**
   * Fits all layers.
   *
   * @param observer of what the fitted network gives on the images, if anyone is to be told
   */
  public Fitted fit(FitListener listener, Optional<OutputObserver> observer) {
    try (LayerSources sources = sources()) {
      for (int step = 0; step < steps.count(); step++) {
        long start = System.nanoTime();
        MergedLayer layer = steps.layer(step);
        Optional<FitJournal.Kept> before = journal.take(layer);
        FitJournal.Kept fitted;
        if (before.isPresent()) {
          fitted = before.get();
          pass(step, sources);
        } else {
          fitted = kept(layer, solve(step, sources), start);
          journal.keep(fitted);
        }
        sources.solved(layer, put(layer, fitted, listener));
      }
      observer.ifPresent(outputs -> sources.finish(steps.heads(), outputs));
    }
    return new Fitted(constants, fits);
  }

  private LayerSources sources() {
    return parts.isPresent()
        ? new SummedSources(context, parts.get())
        : new RowSources(context, constants, forgets);
  }

  private LayerSolver.Solution solve(int step, LayerSources sources) {
    MergedLayer layer = steps.layer(step);
    if (!steps.isHead(step) && step + 1 < steps.count()) {
      expect(step + 1, sources);
    }
    return steps.isHead(step)
        ? solveHead(layer, sources.head(layer, steps.heads()))
        : solve(layer, sources.trunk(layer, steps.targets().get(step)));
  }

  private void expect(int step, LayerSources sources) {
    if (steps.isHead(step)) {
      sources.expectHead(steps.layer(step), steps.heads());
    } else {
      sources.expectTrunk(steps.layer(step), steps.targets().get(step));
    }
  }

  private void pass(int step, LayerSources sources) {
    if (steps.isHead(step)) {
      sources.passHead(steps.layer(step), steps.heads());
    } else {
      sources.passTrunk(steps.targets().get(step));
    }
  }

  private LayerSolver.Solution solve(
      MergedLayer layer, List<? extends LayerSolver.Source> sources) {
    return layer.layer().kind() == Layer.Kind.GROUPED
        ? solver.solveGroups(layer.groups(), sources)
        : solver.solveTrunk(layer, sources.get(0));
  }

  private LayerSolver.Solution solveHead(MergedLayer head, LayerSolver.Source source) {
    return RowSources.isFittedAsTrunk(context.options(), head)
        ? solve(head, List.of(source))
        : solver.solveHead(head, source);
  }

  /** Takes a fitted layer; gives its constants. */
  private Map<String, Tensor> put(MergedLayer layer, FitJournal.Kept fitted, FitListener listener) {
    Map<String, Tensor> own = new LinkedHashMap<>();
    own.put(layer.weight(), fitted.weight());
    layer.bias().ifPresent(name -> own.put(name, fitted.bias()));
    constants.putAll(own);
    fits.add(fitted.fit());
    listener.fitted(fitted.fit(), fits.size(), steps.count());
    return own;
  }

  private FitJournal.Kept kept(MergedLayer layer, LayerSolver.Solution solution, long start) {
    LayerFit fit =
        new LayerFit(
            layer.name(),
            solution.residual(),
            solution.ridge(),
            solution.rows(),
            available(layer),
            layer.unknowns(),
            (System.nanoTime() - start) / 1e9);
    return new FitJournal.Kept(solution.weight(), solution.bias(), fit);
  }

  /** The rows that there are of the images that a layer is fitted on, as many from each. */
  private long available(MergedLayer layer) {
    int all = context.images().size();
    return context.recorder().available(layer, all) * images(layer) / all;
  }

  private long images(MergedLayer layer) {
    HeadFit heads = HeadTargets.fit(layer, context.options().heads());
    return IntStream.range(0, context.images().size())
        .filter(image -> !layer.isHead() || HeadTargets.uses(layer, context.images(), heads, image))
        .count();
  }
}
