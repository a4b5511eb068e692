package io.github.pleas.merge;

import io.github.pleas.budget.CostModel;
import io.github.pleas.budget.LayerClock;
import io.github.pleas.budget.LayerTime;
import io.github.pleas.budget.LayerTimes;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.layout.LayoutPlan;
import io.github.pleas.layout.LayoutWriter;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.layout.RandomWeights;
import io.github.pleas.matching.Matching;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.GraphTimer;
import io.github.pleas.runtime.RunTimes;
import io.github.pleas.symmetry.Separability;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long merged networks take beside their originals, before anybody has fitted them: built with
 * random weights, laid out as they would be written, and timed whole in turns with both originals.
 * What was measured is kept: the same question gets the same answer.
 */
public final class LatencyMeter {
  /** Two measurements of one network differ by so much, relative; more is no noise. */
  public static final double TOLERANCE = 0.03;

  private static final RunTimes.Effort EFFORT = new RunTimes.Effort(3, 15, 151, 1);
  private static final RunTimes.Effort LONGER = new RunTimes.Effort(3, 31, 501, 2.5);
  private static final String A = "a";
  private static final String B = "b";
  private static final String MERGED = "merged";

  private final Network a;
  private final Network b;
  private final Separability separability;
  private final Heads heads;
  private final GraphTimer timer;
  private final int batch;
  private final LayerTimes layers;
  private final Map<Written, Double> ratios = new HashMap<>();
  private final Map<Written, Double> confirmed = new HashMap<>();
  private double original = Double.NaN;

  /** A merged network, as far as its time depends on it. */
  private record Written(List<Integer> separate, Layout layout) {
    /** With everything merged there is but one way to write it. */
    static Written of(int[] separate, Layout layout) {
      boolean merged = Arrays.stream(separate).allMatch(count -> count == 0);
      return new Written(Arrays.stream(separate).boxed().toList(), merged ? Layout.DENSE : layout);
    }
  }

  /** Measures nothing yet. */
  LatencyMeter(Network a, Network b, Separability separability, Heads heads, GraphTimer timer) {
    this.a = a;
    this.b = b;
    this.separability = separability;
    this.heads = heads;
    this.timer = timer;
    this.batch = a.fixedBatch().orElse(1);
    this.layers = new LayerTimes(timer, batch);
  }

  /**
   * Times all layers that have not been.
   *
   * @param progress told how many are done, of how many
   */
  void timeLayers(Progress progress) {
    CostModel model =
        new CostModel(a, b, separability, heads.separate(), heads.fork(), layer -> false);
    AtomicInteger count = new AtomicInteger();
    model.latency(
        (network, layer, inputs, outputs) -> {
          count.incrementAndGet();
          return LayerTime.NONE;
        });
    AtomicInteger done = new AtomicInteger();
    model.latency(
        (network, layer, inputs, outputs) -> {
          LayerTime time = layers.of(network, layer, inputs, outputs);
          progress.timed(done.incrementAndGet(), count.get());
          return time;
        });
  }

  /** Told how far timing is. */
  @FunctionalInterface
  interface Progress {
    void timed(int done, int total);
  }

  /** The times of single layers. */
  LayerClock layers() {
    return layers;
  }

  /**
   * How many times as long as an original, the mean of both, the merged network of an allocation
   * takes.
   *
   * @param separate for each group the pairs that stay separate
   */
  double ratio(int[] separate, Layout layout) {
    return ratios.computeIfAbsent(
        Written.of(separate, layout), any -> measure(separate, layout, EFFORT));
  }

  /**
   * The same measured once more, and longer: of many networks, one that keeps a budget is likely to
   * be one whose time came out too short.
   */
  double confirmed(int[] separate, Layout layout) {
    return confirmed.computeIfAbsent(
        Written.of(separate, layout), any -> measure(separate, layout, LONGER));
  }

  /** Milliseconds that an original takes for an image, the mean of both, as first measured. */
  double original() {
    if (Double.isNaN(original)) {
      ratio(new int[separability.symmetry().groups().size()], Layout.DENSE);
    }
    return original;
  }

  private double measure(int[] separate, Layout layout, RunTimes.Effort effort) {
    // Which units are pairs does not matter to time.
    MergedLayout units =
        new MergedLayout(separability, Matching.unmatched(separability.symmetry()), separate);
    MergedArchitecture merged = ArchitectureBuilder.build(a, b, units, heads);
    Map<String, GraphTimer.Candidate> graphs = new LinkedHashMap<>();
    graphs.put(A, new GraphTimer.Candidate(a.graph(), a::shape));
    graphs.put(B, new GraphTimer.Candidate(b.graph(), b::shape));
    graphs.put(
        MERGED,
        new GraphTimer.Candidate(
            LayoutWriter.write(merged, RandomWeights.of(merged), LayoutPlan.of(merged, layout)),
            merged::shape));
    RunTimes.Measured times = timer.time(graphs, batch, effort);
    if (Double.isNaN(original)) {
      original = (times.median(A) + times.median(B)) / 2;
    }
    return 2 * times.ratio(MERGED, List.of(A, B));
  }
}
