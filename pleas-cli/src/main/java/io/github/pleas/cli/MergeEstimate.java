package io.github.pleas.cli;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.matching.UnitComparison;
import io.github.pleas.merge.MemoryLimit;
import io.github.pleas.merge.MemoryShares;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.Merger;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.Device;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.symmetry.UnitGroup;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a merge will take, from counts of its work and from how fast this machine was a moment ago.
 * The work that reading and writing memory is takes constants, which were set on five pairs of
 * networks. Times are those of a machine with nothing else to do.
 */
final class MergeEstimate {
  /** Numbers a second that a thread picks out of activations, beside {@link #ROW} for each row. */
  private static final double PICKED = 90e6;

  /** Seconds that a thread takes for each row that it picks out, however short. */
  private static final double ROW = 0.6e-6;

  /** Numbers a second that a thread keeps between layers and reads again. */
  private static final double KEPT = 400e6;

  /** Numbers a second that a thread lays out as rows. */
  private static final double LAID = 250e6;

  /** The share of the speed of large products that those of the fit reach. */
  private static final double PANELS = 0.9;

  /**
   * What was measured and counted beforehand.
   *
   * @param seconds of what was done already and will be done again, by stage
   * @param images calibration images in all
   * @param testImages test images in all, 0 where nothing is measured
   * @param decoding seconds for an image
   * @param running of both originals
   * @param flops operations a second, single precision, of a thread
   * @param processBytes that the program holds now
   * @param device where networks run
   */
  record Measured(
      Map<String, Double> seconds,
      int images,
      int testImages,
      double decoding,
      SpeedTest.Running running,
      double flops,
      long processBytes,
      Device device) {}

  private final Merger.Prepared networks;
  private final MergeOptions options;
  private final Measured measured;
  private final double widening;

  /** An estimate. */
  MergeEstimate(Merger.Prepared networks, MergeOptions options, Measured measured) {
    this.networks = networks;
    this.options = options;
    this.measured = measured;
    // A layer costs what its two axes multiply to.
    this.widening = Math.sqrt(cost());
  }

  /** What the merged network will cost at most, in originals. */
  double cost() {
    double separate = options.size().fraction();
    return options.size().budget().orElse((1 + separate) * (1 + separate));
  }

  /** Seconds of each stage, in order. */
  Map<String, Double> seconds() {
    Map<String, Double> all = new LinkedHashMap<>(measured.seconds());
    int threads = options.threads();
    double both = measured.running().seconds();
    all.put("images", measured.decoding() * (measured.images() + measured.testImages()));
    all.put("activations", measured.images() * both + picked() / threads);
    all.put("fit", fit(threads));
    if (measured.testImages() > 0) {
      all.put("accuracy", originalsAccuracy() + measured.testImages() * cost() * both / 2);
    }
    all.put("write", 0.3 * measured.seconds().getOrDefault("read", 0.0));
    return all;
  }

  /** Seconds to run the originals on the test images: once, whatever the number of sizes. */
  double originalsAccuracy() {
    return measured.testImages() * measured.running().seconds();
  }

  /** Seconds of a thread to pick rows out of activations, for targets and for matching. */
  private double picked() {
    Network a = networks.a();
    double picked = 0;
    for (Layer layer : a.layers()) {
      picked += 2.0 * rows(layer) * (layer.outputs() / PICKED + ROW);
    }
    Set<String> read = a.layers().stream().map(Layer::input).collect(Collectors.toSet());
    for (UnitGroup group : networks.checked().symmetry().groups()) {
      long values =
          group.members().stream().filter(member -> read.contains(member.tensor())).count();
      double matched = values == 0 ? 0 : UnitComparison.rowsOf(group);
      picked += 2.0 * matched * (group.size() / PICKED + ROW);
    }
    return options.match() == MergeOptions.MatchOn.ACTIVATIONS ? picked : picked / 2;
  }

  /** Rows of a layer that are sampled. */
  private long rows(Layer layer) {
    long there = layer.positions(networks.a()) * measured.images();
    return Math.min(there, (long) (options.fit().rowsPerUnknown() * widening * layer.unknowns()));
  }

  private double fit(int threads) {
    double products = 0;
    double solves = 0;
    double laid = 0;
    double kept = 0;
    for (Layer layer : networks.a().layers()) {
      double unknowns = widening * layer.unknowns();
      double outputs = widening * layer.outputs();
      double rows = rows(layer);
      kept += elements(layer.input()) + elements(layer.output());
      if (layer.kind().isPerChannel()) {
        laid += rows * layer.unknowns() * outputs;
        continue;
      }
      laid += rows * (unknowns + 2 * outputs);
      products += rows * unknowns * (unknowns + 2 * outputs);
      solves += unknowns * unknowns * (unknowns / 3 + 2 * outputs);
    }
    double speed = measured.flops() * threads;
    double forward = measured.images() * cost() * measured.running().seconds() / 2;
    double moved = laid / LAID + measured.images() * widening * kept / KEPT;
    // Solving is in double precision, which takes twice as long.
    return forward + moved / threads + products / (PANELS * speed) + 2 * solves / speed;
  }

  private long elements(String value) {
    return networks.a().shape(value).elementsPerImage();
  }

  /**
   * How many times as long all took by the clock while it was measured; 1 where nothing else ran.
   */
  double slowdown() {
    return measured.running().slowdown();
  }

  /** Bytes of memory that kept tensors need: rows of targets, and the live values of all images. */
  long tensorBytes() {
    return (long) (targetBytes() + 4 * measured.images() * widening * frontier(networks.a()));
  }

  /** Bytes of the rows of targets. */
  double targetBytes() {
    double targets = 0;
    for (Layer layer : networks.a().layers()) {
      targets += 2.0 * rows(layer) * layer.outputs();
    }
    return 4 * targets;
  }

  /** Bytes that go to temporary files, since memory is not to hold them. */
  long spilledBytes() {
    return Math.max(0, tensorBytes() - memory().tensors());
  }

  /** Who may take how much. */
  private MemoryShares memory() {
    return MemoryShares.of(
        options.memory(), networks, options.size().widening(), measured.device());
  }

  /** Bytes of the whole process, at the most. */
  long processBytes() {
    Network a = networks.a();
    long image = a.inputs().stream().mapToLong(ModelInput::length).sum();
    // What is more of them goes to files.
    long images =
        Math.min(
            4L * image * (measured.images() + measured.testImages()),
            Runtime.getRuntime().maxMemory() / 4);
    double largest =
        a.layers().stream()
            .filter(layer -> !layer.kind().isPerChannel())
            .mapToDouble(layer -> widening * layer.unknowns())
            .max()
            .orElse(0);
    double bytes =
        measured.processBytes()
            + images
            + MemoryShares.BATCHES * memory().batch()
            + Math.min(memory().tensors(), tensorBytes())
            + 2 * 8 * largest * largest;
    MemoryLimit limit = options.memory();
    return (long) (limit.ofProcess() ? Math.min(bytes, limit.bytes()) : bytes);
  }

  /** Bytes of the merged network's file, about. */
  long fileBytes(Precision precision) {
    boolean half = precision == Precision.FLOAT16 || precision == Precision.BFLOAT16;
    long parameters = (networks.a().parameters() + networks.b().parameters()) / 2;
    return (long) (parameters * Math.min(cost(), 2) * (half ? 2 : 4));
  }

  /** The most numbers of one image that are alive at once, where a layer reads or writes. */
  private static long frontier(Network network) {
    List<Node> nodes = network.graph().nodes();
    Map<String, Integer> lastUse = new HashMap<>();
    for (int n = 0; n < nodes.size(); n++) {
      for (String input : nodes.get(n).inputs()) {
        lastUse.put(input, n);
      }
    }
    Set<Node> layers = network.layers().stream().map(Layer::node).collect(Collectors.toSet());
    Map<String, Long> live = new HashMap<>();
    network.inputs().forEach(input -> live.put(input.name(), (long) input.length()));
    long most = 0;
    for (int n = 0; n < nodes.size(); n++) {
      for (String output : nodes.get(n).outputs()) {
        if (network.hasValue(output)) {
          live.put(output, network.shape(output).elementsPerImage());
        }
      }
      if (layers.contains(nodes.get(n))) {
        most = Math.max(most, live.values().stream().mapToLong(Long::longValue).sum());
      }
      int now = n;
      live.keySet().removeIf(value -> lastUse.getOrDefault(value, -1) <= now);
    }
    return most;
  }
}
