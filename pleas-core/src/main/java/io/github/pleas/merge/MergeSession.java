package io.github.pleas.merge;

import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.budget.LeaveOneOut;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Pooling;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.FitJournal;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.Fitter;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.journal.Journal;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.FreeTokens;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.LayoutPlan;
import io.github.pleas.layout.LayoutWriter;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Calibration;
import io.github.pleas.matching.Matching;
import io.github.pleas.network.Network;
import io.github.pleas.network.Product;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
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
  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final Merger.Prepared networks;
  private final Calibration images;
  private final Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
  private final MergeJournal journal;
  private final SeenOriginals originals;

  /** The network that was merged last: of it, outputs may be kept. */
  private Optional<Graph> latest = Optional.empty();

  /** By the counts that the groups may take: each takes many merges, and serves all budgets. */
  private final Map<List<List<Integer>>, LeaveOneOut.Effects> effects = new HashMap<>();

  /**
   * What a session is for.
   *
   * @param widening how much wider than the originals' the widest merged layers may become, 1 to 2:
   *     so many more rows are kept
   * @param measured whether {@link #agreement} will be asked for: then what the originals give on
   *     the images is kept, and what the network that was merged last does, where it is small
   *     beside the memory for kept tensors, so that they need not run again for it
   */
  public record Purpose(double widening, boolean measured) {
    /** With an allocation that measures on the way, sizes are measured, too. */
    private Purpose with(AllocationMethod allocation) {
      return new Purpose(widening, measured || allocation == AllocationMethod.LEAVE_ONE_OUT);
    }
  }

  /**
   * Runs both networks over the images.
   *
   * @param purpose what for
   * @param journal what was done before the same work was stopped, if it was
   */
  MergeSession(
      OrtRuntime runtime,
      MergeOptions options,
      Merger.Prepared networks,
      Calibration images,
      Purpose purpose,
      Journal journal,
      MergeListener listener) {
    this.runtime = runtime;
    this.options = options;
    this.images = images;
    StageClock clock = new StageClock(seconds, listener);
    this.networks = new Alignment(runtime, options, images, clock).of(networks);
    this.journal =
        this.networks == networks
            ? new MergeJournal(journal)
            : MergeJournal.of(journal, this.networks.b());
    this.originals =
        new OriginalsPass(
            runtime,
            options,
            this.networks,
            images,
            purpose.with(options.size().allocation()),
            this.journal,
            clock);
  }

  /**
   * Runs both networks over images in parts.
   *
   * @param images the first of them
   */
  MergeSession(
      OrtRuntime runtime,
      MergeOptions options,
      Merger.Prepared networks,
      FirstImages images,
      ImageParts parts,
      double widening,
      MergeListener listener) {
    this.runtime = runtime;
    this.options = options;
    this.networks = networks;
    this.images = images;
    this.journal = new MergeJournal(Journal.NONE);
    StageClock clock = new StageClock(seconds, listener);
    this.originals =
        new ScatteredOriginals(runtime, options, networks, images, parts, widening, clock);
  }

  /** The pairs of units. */
  public Matching matching() {
    return originals.matching();
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
   * @throws IllegalArgumentException if the budgets are not ascending
   */
  public List<SizePlan> plans(BudgetOptions size, List<Double> budgets, MergeListener listener) {
    for (int i = 1; i < budgets.size(); i++) {
      if (budgets.get(i) < budgets.get(i - 1)) {
        throw new IllegalArgumentException("expected ascending budgets, found " + budgets);
      }
    }
    return plans(budgets.stream().map(size::withBudget).toList(), listener);
  }

  /** The same, telling nobody. */
  public List<SizePlan> plans(BudgetOptions size, List<Double> budgets) {
    return plans(size, budgets, MergeListener.NONE);
  }

  private List<SizePlan> plans(List<BudgetOptions> sizes, MergeListener listener) {
    return journal.plans(sizes, () -> planned(sizes, listener));
  }

  private List<SizePlan> planned(List<BudgetOptions> sizes, MergeListener listener) {
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
        key,
        any ->
            new LeaveOneOut(separate -> journal.measured(separate, () -> agreement(separate)))
                .effects(counts, clock::progress));
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
    latest = Optional.empty();
    Fitter.Fitted fitted =
        originals.fit(merged, separate, fit, false, FitJournal.NONE, (layer, done, total) -> {});
    Graph graph = merged.withWeights(fitted.constants());
    latest = Optional.of(graph);
    Predictor.Signature signature =
        new Predictor.Signature(
            graph.inputs().stream().map(ValueInfo::name).toList(),
            graph.outputs().stream().map(ValueInfo::name).toList(),
            merged::shape,
            networks.a().fixedBatch());
    return Math.max(0, agreement(graph, signature, List.of(Pooling.TOKENS)).explained());
  }

  /**
   * How well a merged network agrees with the originals on the calibration images. Where their
   * outputs are kept (see {@link Purpose}), they do not run. Neither does the merged network, if it
   * is the one that was merged last, with the weights that were fitted, and its outputs were kept
   * when its last layer was; then it is that function that is measured, to rounding the same in any
   * layout, in other batches than when it runs.
   *
   * @param merged a merged network of this session, perhaps as it is written
   * @param signature as {@link Agreement#of} takes it
   * @param pooling of A's tokens and of B's, or one for both
   * @throws io.github.pleas.InvalidInputException if an original's output is not finite
   * @throws io.github.pleas.PleasException if the merged network's is not
   */
  public Agreement.Measured agreement(
      Graph merged, Predictor.Signature signature, List<Pooling> pooling) {
    Predictor predictor = new Predictor(runtime);
    Network a = networks.a();
    Network b = networks.b();
    Agreement agreement =
        originals
            .outputs()
            .map(kept -> new Agreement(predictor, a, b, pooling, kept))
            .orElseGet(() -> new Agreement(predictor, a, b, pooling));
    List<Agreement.Domain> domains = Agreement.Domain.of(images);
    return originals
        .fitted()
        .filter(kept -> latest.filter(merged::equals).isPresent() && kept.answers(signature))
        .map(kept -> agreement.of(signature.outputs(), kept.open(), domains))
        .orElseGet(() -> agreement.of(merged, signature, domains));
  }

  private MergedArchitecture architecture(int[] separate) {
    return ArchitectureBuilder.build(networks.a(), networks.b(), layout(separate), options.heads());
  }

  /** Multiply-accumulates of products of computed values, as of attention. */
  private long products(int[] separate) {
    MergedLayout layout = layout(separate);
    long macs =
        Product.of(networks.a()).stream()
            .filter(product -> !networks.tails().isTail(product.node()))
            .mapToLong(
                product -> product.macs(value -> layout.shape(value, networks.a().shape(value))))
            .sum();
    for (Network original : ends()) {
      Tails tails = Tails.of(original, options.heads().fork());
      macs +=
          Product.of(original).stream()
              .filter(product -> tails.isTail(product.node()))
              .mapToLong(product -> product.macs(original::shape))
              .sum();
    }
    return macs;
  }

  /** The originals whose tails the merged network has. */
  private List<Network> ends() {
    return options.heads().separate() ? List.of(networks.a(), networks.b()) : List.of(networks.a());
  }

  private MergedLayout layout(int[] separate) {
    return new MergedLayout(networks.separability(), matching(), separate);
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
    return new SizePlanner(networks, matching(), options, trials);
  }

  /** A merged network; there may be many of one session. */
  public MergeResult merge(SizePlan plan, MergeListener listener) {
    return merge(plan, false, listener);
  }

  /**
   * The last merged network of the session: what is needed for others only is given back on the
   * way.
   */
  public MergeResult mergeLast(SizePlan plan, MergeListener listener) {
    return merge(plan, true, listener);
  }

  /**
   * A merged network.
   *
   * @param last whether it is the last one, so that what it needs no more is given back on the way
   */
  private MergeResult merge(SizePlan plan, boolean last, MergeListener listener) {
    Network a = networks.a();
    Network b = networks.b();
    Map<Stage, Double> all = new EnumMap<>(seconds);
    StageClock clock = new StageClock(all, listener);
    MergedArchitecture merged = architecture(plan.separate());
    this.latest = Optional.empty();
    clock.start(Stage.FIT);
    Fitter.Fitted fitted =
        originals.fit(
            merged,
            plan.separate(),
            options.fit(),
            last,
            journal.layers(plan.separate(), matching()),
            (fit, done, total) -> clock.progress(done, total));
    clock.end();
    List<LayerLayout> layouts = LayoutPlan.of(merged, plan.layout());
    Graph written = LayoutWriter.write(merged, merged.withWeights(fitted.constants()), layouts);
    Graph graph = ofAnyLength(merged, written, plan).orElse(written);
    this.latest = Optional.of(graph);
    return new MergeResult(
        graph,
        merged,
        plan,
        MergeResult.groups(layout(plan.separate()), merged.layers()),
        fitted.layers(),
        layouts,
        MergeResult.Cost.of(a, b, layouts, products(plan.separate()), graph),
        all,
        new Warnings(networks, plan, options).of(images, fitted.layers(), graph),
        originals.peak());
  }

  /** The network for texts of any length, where the originals are such and it can be one. */
  private Optional<Graph> ofAnyLength(MergedArchitecture merged, Graph written, SizePlan plan) {
    Network a = networks.a();
    boolean free = a.inputs().stream().anyMatch(i -> i.shape().tokenAxes().length > 0);
    return free
        ? FreeTokens.of(a, networks.b(), layout(plan.separate()), merged, written)
            .filter(freed -> new TextLengths(runtime, a).agree(written, freed))
        : Optional.empty();
  }

  @Override
  public void close() {
    originals.close();
  }
}
