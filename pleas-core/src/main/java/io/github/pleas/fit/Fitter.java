package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.Side;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Frontier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private final List<TargetPlan.Target> plan;
  private final boolean forgets;
  private final FitJournal journal;
  private final Deque<Runnable> behind = new ArrayDeque<>();
  private final Map<String, Tensor> constants;
  private final List<LayerFit> fits = new ArrayList<>();
  private final LayerSolver solver;

  /**
   * A fitter.
   *
   * @param plan the targets of the trunk's layers, as they were recorded
   * @param forgets whether what was recorded for a layer is given back once it is fitted
   * @param journal of layers that were fitted before the same fit was stopped
   */
  public Fitter(
      FitContext context, List<TargetPlan.Target> plan, boolean forgets, FitJournal journal) {
    this.context = context;
    this.forgets = forgets;
    this.journal = journal;
    this.plan = List.copyOf(plan);
    this.constants = new LinkedHashMap<>(context.merged().graph().initializers());
    this.solver = new LayerSolver(context);
  }

  /** Fits all layers. */
  public Fitted fit(FitListener listener) {
    Map<String, MergedLayer> trunk = new HashMap<>();
    List<MergedLayer> heads = new ArrayList<>();
    for (MergedLayer layer : context.merged().layers()) {
      if (layer.isHead()) {
        heads.add(layer);
      } else if (layer.role() == MergedLayer.Role.TRUNK) {
        trunk.put(layer.layer().name(), layer);
      }
    }
    int total = plan.size() + heads.size();
    try (Frontiers frontiers = new Frontiers(context)) {
      for (TargetPlan.Target target : plan) {
        long start = System.nanoTime();
        MergedLayer layer = requireNonNull(trunk.get(target.layer().name()));
        if (!taken(layer, () -> advance(wanted(target), frontiers), listener, total)) {
          finish(solve(layer, target, frontiers), layer, start, listener, total);
        }
        if (forgets) {
          context.recorder().forget(layer);
        }
      }
      for (MergedLayer head : heads) {
        long start = System.nanoTime();
        boolean asTrunk = isFittedAsTrunk(head);
        Runnable advance =
            asTrunk
                ? () -> advance(inputsOf(heads), frontiers)
                : () -> frontiers.advanceMerged(inputsOf(heads), constants);
        if (taken(head, advance, listener, total)) {
          continue;
        }
        advance.run();
        if (asTrunk) {
          finish(solve(head, Optional.empty(), frontiers), head, start, listener, total);
        } else {
          LayerRows rows = headRows(head, frontiers.merged());
          finish(solver.solveHead(head, rows), head, start, listener, total);
        }
      }
    }
    return new Fitted(constants, fits);
  }

  /** The published method knows no heads where the labels are shared: their layer is one of all. */
  private boolean isFittedAsTrunk(MergedLayer head) {
    return context.options().method() == FitMethod.PUBLISHED
        && headFit(head) == HeadFit.ORIGINAL
        && HeadTargets.isShared(head);
  }

  /** Runs on to what a layer reads, in all networks whose rows its fit needs. */
  private void advance(Set<String> wanted, Frontiers frontiers) {
    FitMethod method = context.options().method();
    if (method != FitMethod.PUBLISHED) {
      frontiers.advanceMerged(wanted, constants);
    }
    if (method == FitMethod.PUBLISHED || method == FitMethod.REGMEAN) {
      frontiers.advanceOriginals(wanted);
    }
  }

  private static Set<String> inputsOf(List<MergedLayer> layers) {
    Set<String> inputs = new HashSet<>();
    layers.forEach(layer -> inputs.add(layer.layer().input()));
    return inputs;
  }

  private static Set<String> wanted(TargetPlan.Target target) {
    Set<String> wanted = new HashSet<>(Set.of(target.layer().input()));
    target.skip().ifPresent(wanted::add);
    return wanted;
  }

  /**
   * Takes a layer that was fitted before. The networks are not run on to it unless a layer to come
   * must be fitted; then they are, by the same steps, so that what it reads is the same to the last
   * bit.
   */
  private boolean taken(MergedLayer layer, Runnable advance, FitListener listener, int total) {
    Optional<FitJournal.Kept> before = journal.take(layer);
    if (before.isPresent()) {
      behind.add(advance);
      put(layer, before.get(), listener, total);
      return true;
    }
    while (!behind.isEmpty()) {
      behind.remove().run();
    }
    return false;
  }

  private void put(MergedLayer layer, FitJournal.Kept fitted, FitListener listener, int total) {
    constants.put(layer.weight(), fitted.weight());
    layer.bias().ifPresent(name -> constants.put(name, fitted.bias()));
    fits.add(fitted.fit());
    listener.fitted(fitted.fit(), fits.size(), total);
  }

  private void finish(
      LayerSolver.Solution solution,
      MergedLayer layer,
      long start,
      FitListener listener,
      int total) {
    LayerFit fit =
        new LayerFit(
            layer.name(),
            solution.residual(),
            solution.ridge(),
            solution.rows(),
            available(layer),
            layer.unknowns(),
            (System.nanoTime() - start) / 1e9);
    FitJournal.Kept fitted = new FitJournal.Kept(solution.weight(), solution.bias(), fit);
    journal.keep(fitted);
    put(layer, fitted, listener, total);
  }

  /** The rows that there are of the images that a layer is fitted on, as many from each. */
  private long available(MergedLayer layer) {
    int all = context.images().size();
    return context.recorder().available(layer, all) * images(layer) / all;
  }

  private long images(MergedLayer layer) {
    return IntStream.range(0, context.images().size())
        .filter(
            image ->
                !layer.isHead() || HeadTargets.uses(layer, context.images(), headFit(layer), image))
        .count();
  }

  private LayerSolver.Solution solve(
      MergedLayer layer, TargetPlan.Target target, Frontiers frontiers) {
    Set<String> wanted = wanted(target);
    DeviceMoments device = new DeviceMoments(context, constants, frontiers);
    if (device.mayTake(layer)) {
      frontiers.advanceMerged(target.skip().map(Set::of).orElse(Set.of()), constants);
      TrunkRows rows = new TrunkRows(context, frontiers);
      TrunkRows.Readers readers = rows.readers(layer.layer());
      LayerSolver.Sources sources = sources(layer, rows, readers, target.skip());
      LayerRows own = sources.rows().get(0);
      Unrolling unrolling = readers.merged().unrolling();
      if (device.takes(layer, own, unrolling)) {
        return solver.solveTrunk(
            layer,
            new LayerSolver.Sources(
                sources.rows(), List.of(), device.problems(layer, unrolling, wanted)));
      }
    }
    advance(wanted, frontiers);
    return solve(layer, target.skip(), frontiers);
  }

  private LayerSolver.Solution solve(
      MergedLayer layer, Optional<String> skip, Frontiers frontiers) {
    TrunkRows rows = new TrunkRows(context, frontiers);
    if (layer.layer().kind() != Layer.Kind.GROUPED) {
      return solver.solveTrunk(layer, sources(layer, rows, rows.readers(layer.layer()), skip));
    }
    List<MergedLayer> groups = layer.groups();
    List<LayerSolver.Sources> sources = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      sources.add(sources(groups.get(g), rows, rows.readers(layer, g), skip));
    }
    return solver.solveGroups(groups, sources);
  }

  private LayerSolver.Sources sources(
      MergedLayer layer, TrunkRows rows, TrunkRows.Readers readers, Optional<String> skip) {
    return switch (context.options().method()) {
      case PROGRESSIVE, NONE -> sources(rows.merged(layer, readers, skip), List.of());
      case REGMEAN -> sources(rows.merged(layer, readers, skip), rows.domains(layer, readers));
      case PUBLISHED -> sources(rows.published(layer, readers), List.of());
    };
  }

  private LayerSolver.Sources sources(List<LayerRows> rows, List<LayerRows> domains) {
    return new LayerSolver.Sources(
        rows,
        domains,
        (parts, base, bias) -> LayerProblem.of(parts, base, bias, context.workers()));
  }

  private LayerRows headRows(MergedLayer head, Frontier frontier) {
    return new LayerRows(
        head,
        context.recorder(),
        InputSources.merged(head, mergedReader(head), frontier),
        HeadTargets.rule(head, context.images(), headFit(head)),
        Optional.empty(),
        image -> HeadTargets.uses(head, context.images(), headFit(head), image),
        context.chunks());
  }

  private HeadFit headFit(MergedLayer head) {
    return HeadTargets.fit(head, context.options().heads());
  }

  private RowReader mergedReader(MergedLayer layer) {
    Layer original = layer.layer();
    Network own = layer.side() == Side.B ? context.b() : context.a();
    return RowReaders.of(
        original, context.merged().shape(original.input()), own.shape(original.output()));
  }
}
