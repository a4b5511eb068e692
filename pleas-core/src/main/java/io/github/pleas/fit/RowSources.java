package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.Side;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.NextStop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What layers are solved from, of images that are here: runs the networks on to what each layer
 * reads, and gives its rows.
 */
final class RowSources implements LayerSources {
  private final FitContext context;
  private final Map<String, Tensor> constants;
  private final boolean forgets;
  private final Frontiers frontiers;

  private final DeviceMoments device;

  /** What is asked for after the layer that is asked for now. */
  private Optional<Expected> expected = Optional.empty();

  /** Where the merged network will be run on to, once it is known what is late by then. */
  @FunctionalInterface
  private interface Expected {
    /**
     * The stop.
     *
     * @param late what is solved in the meantime; to be added to
     */
    NextStop after(List<ValueInfo> late);
  }

  /** Steps on the way of layers that were fitted before. */
  private final Deque<Runnable> behind = new ArrayDeque<>();

  /**
   * Sources at the networks' inputs.
   *
   * @param constants all constants of the merged network, as fitted so far: to be changed by others
   * @param forgets whether what was recorded for a layer is given back once it is solved
   */
  RowSources(FitContext context, Map<String, Tensor> constants, boolean forgets) {
    this.context = context;
    this.constants = constants;
    this.forgets = forgets;
    this.frontiers = new Frontiers(context);
    this.device = new DeviceMoments(context, constants, frontiers);
  }

  /**
   * The rows of a layer.
   *
   * @param rows whose moments it is fitted to, or whose statistics are repaired
   * @param problems where the rows are gathered
   */
  private record Rows(
      FitContext context,
      MergedLayer layer,
      List<LayerRows> rows,
      List<LayerRows> domains,
      LayerSolver.Problems problems)
      implements LayerSolver.Source {
    Rows(FitContext context, MergedLayer layer, List<LayerRows> rows, List<LayerRows> domains) {
      this(
          context,
          layer,
          rows,
          domains,
          (parts, base, bias) -> LayerProblem.of(parts, base, bias, context.workers()));
    }

    Rows gatheredBy(LayerSolver.Problems other) {
      return new Rows(context, layer, rows, List.of(), other);
    }

    @Override
    public LayerProblem problem(double[] base, boolean bias) {
      return problems.of(rows, base, bias);
    }

    @Override
    public ChannelProblem channels(int taps) {
      return ChannelProblem.of(rows, taps, context.workers());
    }

    @Override
    public ChannelStatistics statistics() {
      return ChannelStatistics.of(context.recorder(), layer, context.chunks());
    }
  }

  @Override
  public List<? extends LayerSolver.Source> trunk(MergedLayer layer, TargetPlan.Target target) {
    catchUp();
    Optional<NextStop> next = takeNext(layer);
    Optional<OnDevice> there = onDevice(layer, target);
    if (there.isPresent()) {
      OnDevice taken = there.get();
      return List.of(
          taken
              .source()
              .gatheredBy(device.problems(layer, taken.unrolling(), wanted(target), next)));
    }
    advance(wanted(target), next);
    return sources(layer, target.skip());
  }

  /** The rows of a layer whose moments the device makes, and how they are made of its input. */
  private record OnDevice(Rows source, Unrolling unrolling) {
    LayerRows rows() {
      return source.rows().get(0);
    }
  }

  private Optional<OnDevice> onDevice(MergedLayer layer, TargetPlan.Target target) {
    if (!device.mayTake(layer)) {
      return Optional.empty();
    }
    TrunkRows rows = new TrunkRows(context, frontiers);
    TrunkRows.Readers readers = rows.readers(layer.layer());
    OnDevice there =
        new OnDevice(source(layer, rows, readers, target.skip()), readers.merged().unrolling());
    return Optional.of(there).filter(t -> device.takes(layer, t.rows(), t.unrolling()));
  }

  @Override
  public void expectTrunk(MergedLayer next, TargetPlan.Target target) {
    expected =
        Optional.of(
            late -> {
              Set<String> wanted = wanted(target);
              return onDevice(next, target)
                  .map(t -> DeviceMoments.stop(next, t.rows(), t.unrolling(), wanted, late))
                  .orElseGet(() -> new NextStop(wanted, late));
            });
  }

  @Override
  public void expectHead(MergedLayer next, List<MergedLayer> heads) {
    expected = Optional.of(late -> new NextStop(inputsOf(heads), late));
  }

  /** Where the merged network goes on to after a layer, if it is run and makes use of that. */
  private Optional<NextStop> takeNext(MergedLayer layer) {
    Optional<Expected> next = expected;
    expected = Optional.empty();
    // Where the originals are run on, too, their runs would be beside the first run of that part.
    FitMethod method = context.options().method();
    return method != FitMethod.PUBLISHED
            && method != FitMethod.REGMEAN
            && frontiers.merged().looksAhead()
        ? next.map(stop -> stop.after(LateWeights.of(layer, context.a())))
        : Optional.empty();
  }

  @Override
  public LayerSolver.Source head(MergedLayer head, List<MergedLayer> heads) {
    catchUp();
    advance(head, heads);
    if (isFittedAsTrunk(context.options(), head)) {
      return sources(head, Optional.empty()).get(0);
    }
    return new Rows(context, head, List.of(headRows(head, frontiers.merged())), List.of());
  }

  /**
   * The networks are not run on to a layer that was fitted before unless one to come must be
   * fitted; then they are, by the same steps, so that what it reads is the same to the last bit.
   */
  @Override
  public void passTrunk(TargetPlan.Target target) {
    behind.add(() -> advance(wanted(target)));
  }

  @Override
  public void passHead(MergedLayer head, List<MergedLayer> heads) {
    behind.add(() -> advance(head, heads));
  }

  private void catchUp() {
    while (!behind.isEmpty()) {
      behind.remove().run();
    }
  }

  private static Set<String> wanted(TargetPlan.Target target) {
    Set<String> wanted = new HashSet<>(Set.of(target.layer().input()));
    target.skip().ifPresent(wanted::add);
    return wanted;
  }

  /** The published method knows no heads where the labels are shared: their layer is one of all. */
  static boolean isFittedAsTrunk(FitOptions options, MergedLayer head) {
    return options.method() == FitMethod.PUBLISHED
        && HeadTargets.fit(head, options.heads()) == HeadFit.ORIGINAL
        && HeadTargets.isShared(head);
  }

  /** Runs on to what a layer reads, in all networks whose rows its fit needs. */
  private void advance(Set<String> wanted) {
    advance(wanted, Optional.empty());
  }

  /**
   * The same.
   *
   * @param next where the merged network goes on to after this
   */
  private void advance(Set<String> wanted, Optional<NextStop> next) {
    FitMethod method = context.options().method();
    if (method == FitMethod.PUBLISHED || method == FitMethod.REGMEAN) {
      frontiers.advanceOriginals(wanted);
    }
    // Last: its next part may be run on a GPU after this, beside what is solved on the processor.
    if (method != FitMethod.PUBLISHED) {
      frontiers.advanceMerged(wanted, constants, Optional.empty(), next);
    }
  }

  private void advance(MergedLayer head, List<MergedLayer> heads) {
    if (isFittedAsTrunk(context.options(), head)) {
      advance(inputsOf(heads));
    } else {
      frontiers.advanceMerged(inputsOf(heads), constants, Optional.empty(), Optional.empty());
    }
  }

  private static Set<String> inputsOf(List<MergedLayer> layers) {
    Set<String> inputs = new HashSet<>();
    layers.forEach(layer -> inputs.add(layer.layer().input()));
    return inputs;
  }

  private List<Rows> sources(MergedLayer layer, Optional<String> skip) {
    TrunkRows rows = new TrunkRows(context, frontiers);
    if (layer.layer().kind() != Layer.Kind.GROUPED) {
      return List.of(source(layer, rows, rows.readers(layer.layer()), skip));
    }
    List<MergedLayer> groups = layer.groups();
    List<Rows> sources = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      sources.add(source(groups.get(g), rows, rows.readers(layer, g), skip));
    }
    return sources;
  }

  private Rows source(
      MergedLayer layer, TrunkRows rows, TrunkRows.Readers readers, Optional<String> skip) {
    return switch (context.options().method()) {
      case PROGRESSIVE, NONE ->
          new Rows(context, layer, rows.merged(layer, readers, skip), List.of());
      case REGMEAN ->
          new Rows(context, layer, rows.merged(layer, readers, skip), rows.domains(layer, readers));
      case PUBLISHED -> new Rows(context, layer, rows.published(layer, readers), List.of());
    };
  }

  private LayerRows headRows(MergedLayer head, Frontier frontier) {
    HeadFit fit = HeadTargets.fit(head, context.options().heads());
    return new LayerRows(
        head,
        context.recorder(),
        InputSources.merged(head, mergedReader(head), frontier),
        HeadTargets.rule(head, context.images(), fit),
        Optional.empty(),
        image -> HeadTargets.uses(head, context.images(), fit, image),
        context.chunks());
  }

  private RowReader mergedReader(MergedLayer layer) {
    Layer original = layer.layer();
    Network own = layer.side() == Side.B ? context.b() : context.a();
    return RowReaders.of(
        original, context.merged().shape(original.input()), own.shape(original.output()));
  }

  @Override
  public void solved(MergedLayer layer, Map<String, Tensor> own) {
    if (forgets && !layer.isHead()) {
      context.recorder().forget(layer);
    }
  }

  /**
   * The networks are run on by the same steps as if no layer had been fitted before, so that what
   * comes out is the same to the last bit. A fit that reads the originals' features only has not
   * run the merged network at all, and does not for this.
   */
  @Override
  public void finish(List<MergedLayer> heads, OutputObserver observer) {
    boolean runs =
        context.options().method() != FitMethod.PUBLISHED
            || heads.stream().anyMatch(head -> !isFittedAsTrunk(context.options(), head));
    if (runs) {
      catchUp();
      new FittedOutputs(frontiers.merged(), constants).give(observer);
    }
  }

  @Override
  public void close() {
    try (device) {
      frontiers.close();
    }
  }
}
