package io.github.pleas.merge;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.budget.LeaveOneOut;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.FitContext;
import io.github.pleas.fit.FitListener;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.Fitter;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.TargetPlan;
import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.LayoutPlan;
import io.github.pleas.layout.LayoutWriter;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.layout.Side;
import io.github.pleas.linalg.Blas;
import io.github.pleas.matching.ActivationSimilarity;
import io.github.pleas.matching.Batching;
import io.github.pleas.matching.Calibration;
import io.github.pleas.matching.Matcher;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.WeightMatcher;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two networks that have been run over the calibration images and matched: what every merged
 * network of any size is made from. Holds the rows that targets are made of, so that the originals
 * need not run again.
 */
public final class MergeSession implements AutoCloseable {
  /** Bytes for the activations of one batch of both originals. */
  private static final long BATCH_BYTES = 256L << 20;

  /** Rows for each channel of a layer that acts on channels alone: cheap, so there may be many. */
  private static final long CHANNEL_ROWS = 8192;

  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final Merger.Prepared networks;
  private final Calibration images;
  private final double widening;
  private final Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
  private final List<TargetPlan.Target> targets;
  private final TensorStore store;
  private final Workers workers;
  private final TargetRecorder recorder;
  private final Matching matching;
  private final Chunks chunks;

  /** By the counts that the groups may take: each takes many merges, and serves all budgets. */
  private final Map<List<List<Integer>>, LeaveOneOut.Effects> effects = new HashMap<>();

  /**
   * Runs both networks over the images.
   *
   * @param widening how much wider than the originals' the widest merged layers may become, 1 to 2:
   *     so many more rows are kept
   */
  MergeSession(
      OrtRuntime runtime,
      MergeOptions options,
      Merger.Prepared networks,
      Calibration images,
      double widening,
      MergeListener listener) {
    Blas.useCallingThread();
    this.runtime = runtime;
    this.options = options;
    this.networks = networks;
    this.images = images;
    this.widening = widening;
    StageClock clock = new StageClock(seconds, listener);
    clock.start(Stage.ANALYSE);
    Tails tails = networks.tails();
    this.targets =
        TargetPlan.of(tails.trunk(), tails, options.fit().method() == FitMethod.PROGRESSIVE);
    clock.end();
    this.store = new TensorStore(options.memory());
    this.workers = new Workers(options.threads());
    this.recorder = new TargetRecorder(store, workers);
    try {
      record();
      Seen seen = run(clock);
      this.matching = seen.matching();
      this.chunks = seen.chunks();
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  private record Seen(Matching matching, Chunks chunks) {}

  /** The one pass of both originals. */
  private Seen run(StageClock clock) {
    Network trunk = networks.tails().trunk();
    Symmetry symmetry = networks.checked().symmetry();
    List<PairedPass.Observer> observers = new ArrayList<>(List.of(recorder));
    clock.start(Stage.ACTIVATIONS);
    Seen seen;
    if (options.match() == MergeOptions.MatchOn.ACTIVATIONS) {
      try (ActivationSimilarity similarity =
          new ActivationSimilarity(
              trunk, symmetry, networks.tails().ends(), images.size(), workers)) {
        observers.add(similarity);
        Chunks batches = pass(observers, clock);
        clock.start(Stage.MATCH);
        seen = new Seen(Matcher.match(symmetry, similarity.similarities()), batches);
      }
    } else {
      Chunks batches = pass(observers, clock);
      clock.start(Stage.MATCH);
      seen =
          new Seen(new WeightMatcher(trunk, networks.b(), symmetry).match(options.seed()), batches);
    }
    clock.end();
    return seen;
  }

  private Chunks pass(List<PairedPass.Observer> observers, StageClock clock) {
    Network a = networks.a();
    Network b = networks.b();
    Chunks batches = Batching.of(a, b, images.size(), observers, BATCH_BYTES);
    new PairedPass(runtime, workers)
        .run(a, b, images, batches, observers, done -> clock.progress(done, images.size()));
    return batches;
  }

  private void record() {
    Network a = networks.a();
    Network b = networks.b();
    int count = images.size();
    for (TargetPlan.Target target : targets) {
      Layer layer = target.layer();
      recorder.record(a, b, layer, target.value(), count, rows(layer), seed(layer));
    }
    if (options.heads().separate()) {
      recordOwn(a, Side.A);
      recordOwn(b, Side.B);
      return;
    }
    for (Layer head : networks.tails().heads()) {
      recorder.record(a, b, head, head.output(), count, rows(head), options.seed());
    }
  }

  private void recordOwn(Network own, Side side) {
    for (Layer head : Tails.of(own, options.heads().fork()).heads()) {
      recorder.recordOwn(own, side, head, images.size(), rows(head), options.seed());
    }
  }

  private long seed(Layer layer) {
    List<String> names = networks.a().layers().stream().map(Layer::name).toList();
    return options.seed() * 31 + names.indexOf(layer.name());
  }

  private long rows(Layer layer) {
    return layer.kind().isPerChannel()
        ? CHANNEL_ROWS
        : (long) Math.ceil(options.fit().rowsPerUnknown() * widening * layer.unknowns());
  }

  /** The pairs of units. */
  public Matching matching() {
    return matching;
  }

  /**
   * How large a merged network will be. The first that leaves groups out one by one takes as many
   * merges; what they show is kept for others.
   *
   * @param listener told how far these are
   * @throws io.github.pleas.InvalidInputException if none is within the budget: what the smallest
   *     costs; or if layers cannot do what is asked of them
   */
  public SizePlan plan(BudgetOptions size, MergeListener listener) {
    return plans(List.of(size), listener).get(0);
  }

  /** The same, telling nobody. */
  public SizePlan plan(BudgetOptions size) {
    return plan(size, MergeListener.NONE);
  }

  /**
   * Plans for several budgets; a larger one never has a larger predicted residual.
   *
   * @param size its own budget aside
   * @param budgets in originals, ascending
   * @param listener told how far measuring is, where the allocation does
   */
  public List<SizePlan> plans(BudgetOptions size, List<Double> budgets, MergeListener listener) {
    return plans(budgets.stream().map(size::withBudget).toList(), listener);
  }

  /** The same, telling nobody. */
  public List<SizePlan> plans(BudgetOptions size, List<Double> budgets) {
    return plans(size, budgets, MergeListener.NONE);
  }

  private List<SizePlan> plans(List<BudgetOptions> sizes, MergeListener listener) {
    StageClock clock = new StageClock(seconds, listener);
    boolean timed = sizes.stream().anyMatch(size -> size.cost() == CostKind.LATENCY);
    if (timed) {
      clock.start(Stage.MEASURE);
      networks.times().timeLayers(clock::progress);
    }
    clock.start(Stage.ALLOCATE);
    int most = sizes.size() * LatencyPlanner.trials(options.layout());
    AtomicInteger trials = new AtomicInteger();
    SizePlanner planner = planner(() -> clock.progress(trials.incrementAndGet(), most));
    List<SizePlan> plans = new ArrayList<>();
    for (BudgetOptions size : sizes) {
      Optional<SizePlan> smaller =
          plans.isEmpty() ? Optional.empty() : Optional.of(plans.get(plans.size() - 1));
      plans.add(planner.plan(size, smaller, counts -> effects(counts, clock)));
    }
    if (timed) {
      clock.progress(most, most);
    }
    clock.end();
    return plans;
  }

  private LeaveOneOut.Effects effects(int[][] counts, StageClock clock) {
    List<List<Integer>> key =
        Arrays.stream(counts).map(own -> Arrays.stream(own).boxed().toList()).toList();
    return effects.computeIfAbsent(
        key, any -> new LeaveOneOut(this::agreement).effects(counts, clock::progress));
  }

  /**
   * How well the merged network of an allocation agrees with the originals on the calibration
   * images, from 0 on: one that is worse than their mean is of no use, however much. Heads of
   * separate labels are fitted to their own originals' outputs, or are theirs if asked for; joint
   * ones are made to differ from these.
   */
  private double agreement(int[] separate) {
    HeadFit heads = options.fit().heads();
    FitOptions fit = options.fit().withHeads(heads == HeadFit.JOINT ? HeadFit.TASKS : heads);
    MergedArchitecture merged = architecture(separate);
    Fitter.Fitted fitted = fit(merged, fit, false, (layer, done, total) -> {});
    Graph graph = merged.withWeights(fitted.constants());
    Predictor.Signature signature =
        new Predictor.Signature(
            graph.inputs().get(0).name(),
            graph.outputs().stream().map(ValueInfo::name).toList(),
            merged::shape,
            networks.a().fixedBatch());
    Agreement agreement = new Agreement(new Predictor(runtime), networks.a(), networks.b());
    return Math.max(0, agreement.of(graph, signature, Agreement.Domain.of(images)).explained());
  }

  private MergedArchitecture architecture(int[] separate) {
    return ArchitectureBuilder.build(networks.a(), networks.b(), layout(separate), options.heads());
  }

  private MergedLayout layout(int[] separate) {
    return new MergedLayout(networks.checked().symmetry(), matching, separate);
  }

  private Fitter.Fitted fit(
      MergedArchitecture merged, FitOptions how, boolean last, FitListener listener) {
    FitContext context =
        new FitContext(
            networks.a(),
            networks.b(),
            merged,
            images,
            chunks,
            recorder,
            runtime,
            store,
            workers,
            how);
    return new Fitter(context, targets, last).fit(listener);
  }

  /**
   * The plan of an allocation of one's own.
   *
   * @param separate for each unit group how many pairs stay separate
   * @throws IllegalArgumentException if a group cannot keep so many separate
   */
  public SizePlan planOf(int[] separate) {
    return planner(() -> {}).plan(options.size(), separate);
  }

  private SizePlanner planner(Runnable trials) {
    return new SizePlanner(networks, matching, options, trials);
  }

  /** A merged network; there may be many of one session. */
  public MergeResult merge(SizePlan plan, MergeListener listener) {
    return merge(plan, false, listener);
  }

  /**
   * A merged network.
   *
   * @param last whether it is the last one, so that what it needs no more is given back on the way
   */
  MergeResult merge(SizePlan plan, boolean last, MergeListener listener) {
    Network a = networks.a();
    Network b = networks.b();
    Map<Stage, Double> all = new EnumMap<>(seconds);
    StageClock clock = new StageClock(all, listener);
    MergedArchitecture merged = architecture(plan.separate());
    clock.start(Stage.FIT);
    Fitter.Fitted fitted =
        fit(merged, options.fit(), last, (fit, done, total) -> clock.progress(done, total));
    clock.end();
    List<LayerLayout> layouts = LayoutPlan.of(merged, plan.layout());
    Graph graph = LayoutWriter.write(merged, merged.withWeights(fitted.constants()), layouts);
    return new MergeResult(
        graph,
        merged,
        plan,
        MergeResult.groups(layout(plan.separate())),
        fitted.layers(),
        layouts,
        MergeResult.Cost.of(a, b, layouts, graph),
        all,
        new Warnings(networks, plan, options).of(images, fitted.layers()),
        store.peak());
  }

  @Override
  public void close() {
    recorder.close();
    workers.close();
    store.close();
  }
}
