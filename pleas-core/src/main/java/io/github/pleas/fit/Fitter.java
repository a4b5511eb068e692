package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.Side;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Frontier;
import java.util.ArrayList;
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
  private final Map<String, Tensor> constants;
  private final List<LayerFit> fits = new ArrayList<>();
  private final LayerSolver solver;

  /**
   * A fitter.
   *
   * @param plan the targets of the trunk's layers, as they were recorded
   * @param forgets whether what was recorded for a layer is given back once it is fitted
   */
  public Fitter(FitContext context, List<TargetPlan.Target> plan, boolean forgets) {
    this.context = context;
    this.forgets = forgets;
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
    boolean published = context.options().method() == FitMethod.PUBLISHED;
    try (Frontiers frontiers = new Frontiers(context)) {
      for (TargetPlan.Target target : plan) {
        long start = System.nanoTime();
        MergedLayer layer = requireNonNull(trunk.get(target.layer().name()));
        Set<String> wanted = new HashSet<>(Set.of(target.layer().input()));
        target.skip().ifPresent(wanted::add);
        if (published) {
          frontiers.advanceOriginals(wanted);
        } else {
          frontiers.advanceMerged(wanted, constants);
        }
        finish(solve(layer, target, published, frontiers), layer, start, listener, total);
        if (forgets) {
          context.recorder().forget(layer);
        }
      }
      for (MergedLayer head : heads) {
        long start = System.nanoTime();
        frontiers.advanceMerged(inputsOf(heads), constants);
        LayerRows rows = headRows(head, frontiers.merged());
        finish(solver.solveHead(head, rows), head, start, listener, total);
      }
    }
    return new Fitted(constants, fits);
  }

  private static Set<String> inputsOf(List<MergedLayer> layers) {
    Set<String> inputs = new HashSet<>();
    layers.forEach(layer -> inputs.add(layer.layer().input()));
    return inputs;
  }

  private void finish(
      LayerSolver.Solution solution,
      MergedLayer layer,
      long start,
      FitListener listener,
      int total) {
    constants.put(layer.weight(), solution.weight());
    layer.bias().ifPresent(name -> constants.put(name, solution.bias()));
    LayerFit fit =
        new LayerFit(
            layer.name(),
            solution.residual(),
            solution.ridge(),
            solution.rows(),
            layer.positions() * images(layer),
            layer.unknowns(),
            (System.nanoTime() - start) / 1e9);
    fits.add(fit);
    listener.fitted(fit, fits.size(), total);
  }

  /** The images that a layer is fitted on. */
  private long images(MergedLayer layer) {
    return IntStream.range(0, context.images().size())
        .filter(
            image ->
                !layer.isHead() || HeadTargets.uses(layer, context.images(), headFit(layer), image))
        .count();
  }

  private LayerSolver.Solution solve(
      MergedLayer layer, TargetPlan.Target target, boolean published, Frontiers frontiers) {
    if (layer.layer().kind() != Layer.Kind.GROUPED) {
      LayerRows.Inputs inputs =
          published
              ? InputSources.averaged(
                  layer,
                  reader(layer.layer(), context.a()),
                  reader(layer.layer(), context.b()),
                  frontiers.a(),
                  frontiers.b())
              : InputSources.merged(layer, mergedReader(layer), frontiers.merged());
      return solver.solveTrunk(layer, trunkRows(layer, inputs, target, published, frontiers));
    }
    List<MergedLayer> groups = layer.groups();
    List<LayerRows> rows = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      MergedLayer group = groups.get(g);
      LayerRows.Inputs inputs =
          published
              ? InputSources.averaged(
                  group,
                  groupReader(layer.layer(), context.a(), layer.group(true, g)),
                  groupReader(layer.layer(), context.b(), layer.group(false, g)),
                  frontiers.a(),
                  frontiers.b())
              : InputSources.merged(group, groupReader(layer.layer(), g), frontiers.merged());
      rows.add(trunkRows(group, inputs, target, published, frontiers));
    }
    return solver.solveGroups(groups, rows);
  }

  private RowReader groupReader(Layer layer, int group) {
    return RowReaders.ofGroup(
        layer, context.merged().shape(layer.input()), context.a().shape(layer.output()), group);
  }

  private static RowReader groupReader(Layer layer, Network network, int group) {
    return RowReaders.ofGroup(
        layer, network.shape(layer.input()), network.shape(layer.output()), group);
  }

  private LayerRows trunkRows(
      MergedLayer layer,
      LayerRows.Inputs inputs,
      TargetPlan.Target target,
      boolean published,
      Frontiers frontiers) {
    double alpha = published ? 0.5 : context.options().alpha();
    Optional<LayerRows.Skip> skip =
        published
            ? Optional.empty()
            : target
                .skip()
                .map(
                    value -> new LayerRows.Skip(value, skipView(layer, value), frontiers.merged()));
    return new LayerRows(
        layer,
        context.recorder(),
        inputs,
        LayerRows.weighted(layer, context.images(), alpha),
        skip,
        context.chunks());
  }

  private LayerRows headRows(MergedLayer head, Frontier frontier) {
    return new LayerRows(
        head,
        context.recorder(),
        InputSources.merged(head, mergedReader(head), frontier),
        HeadTargets.rule(head, context.images(), headFit(head)),
        Optional.empty(),
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

  private static RowReader reader(Layer layer, Network network) {
    return RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
  }

  private FeatureView skipView(MergedLayer layer, String value) {
    var shape = context.merged().shape(value);
    return FeatureView.of(shape, layer.layer().unitAxis(shape.rank()));
  }
}
