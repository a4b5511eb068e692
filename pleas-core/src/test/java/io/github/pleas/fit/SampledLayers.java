package io.github.pleas.fit;

import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.ImageListener;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.Merger;
import io.github.pleas.network.Layer;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.network.Network;
import io.github.pleas.network.TokenMask;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The dense layers of the demo's merged network, each solved from samples of its rows and from all
 * of them, on the inputs that a merge solves it on.
 */
final class SampledLayers {
  /** Images of each domain. */
  private static final int IMAGES = 200;

  private static final Path DEMO = Path.of("..", "demo");
  private static final long SEED = 0;

  private final int[] perUnknown;
  private final OrtRuntime runtime = new OrtRuntime(2);
  private final MergeOptions options =
      MergeOptions.defaults(Heads.separate("0to4", "5to9")).withThreads(2);

  /**
   * Layers to be solved.
   *
   * @param perUnknown rows for each unknown of each sample, ascending; the network goes on with
   *     what the last gives, as a merge does
   */
  SampledLayers(int... perUnknown) {
    this.perUnknown = perUnknown.clone();
  }

  /**
   * What was found for a layer.
   *
   * @param unknowns P, the bias among them
   * @param available rows that there are
   * @param residual |X W - T| / |T| over all rows, of the solution from all rows
   * @param rows of each sample
   * @param sampled the same residual over all rows, of the solution from each sample
   */
  record Measured(
      String layer, int unknowns, long available, double residual, long[] rows, double[] sampled) {
    /** What a sample adds to the residual, relative to that of all rows. */
    double growth(int sample) {
      return sampled[sample] / residual - 1;
    }
  }

  /** Solves all dense layers of the trunk, in the order of a merge. */
  List<Measured> measure() {
    try (Images imagesA = images("fashion-0to4.zip", 0);
        Images imagesB = images("fashion-5to9.zip", 1)) {
      List<Network> originals =
          List.of(network("resnet20w16-0to4.onnx"), network("resnet20w16-5to9.onnx"));
      Merger merger = new Merger(runtime, options);
      Merger.Prepared networks = merger.align(originals.get(0), originals.get(1));
      return measure(merger, networks, CalibrationImages.of(imagesA, imagesB));
    }
  }

  private Network network(String file) {
    return ModelOptions.DEFAULT.reader(runtime).read(DEMO.resolve(file));
  }

  private static Images images(String file, int domain) {
    Preprocessing pixels = new Preprocessing(1, 28, 28, new float[] {0.5f}, new float[] {0.5f});
    try (Dataset dataset = Datasets.open(DEMO.resolve(file), Split.TRAIN)) {
      return Images.load(
          dataset, IMAGES, Images.seedOf(SEED, domain), pixels, 2, ImageListener.NONE);
    }
  }

  private List<Measured> measure(
      Merger merger, Merger.Prepared networks, CalibrationImages images) {
    Matching matching;
    try (MergeSession session = merger.open(networks, images, 1, MergeListener.NONE)) {
      matching = session.matching();
    }
    int[] merged = new int[networks.checked().symmetry().groups().size()];
    MergedArchitecture architecture =
        ArchitectureBuilder.build(
            networks.a(),
            networks.b(),
            new MergedLayout(networks.separability(), matching, merged),
            options.heads());
    List<TargetPlan.Target> plan = TargetPlan.of(networks.tails().trunk(), networks.tails(), true);
    Chunks chunks = new Chunks(images.size(), 100, false);
    try (TensorStore store = new TensorStore(1 << 29);
        Workers workers = new Workers(2)) {
      List<TargetRecorder> recorders = new ArrayList<>();
      List<FitContext> contexts = new ArrayList<>();
      for (int sample = 0; sample <= perUnknown.length; sample++) {
        TargetRecorder recorder = new TargetRecorder(store, workers, TokenMask.ALL);
        recorders.add(recorder);
        ask(recorder, networks, plan, sample, images.size());
        contexts.add(
            new FitContext(
                networks.a(),
                networks.b(),
                architecture,
                images,
                chunks,
                recorder,
                runtime,
                store,
                workers,
                options.fit()));
      }
      new PairedPass(runtime, workers)
          .run(
              networks.a(),
              networks.b(),
              images,
              chunks,
              recorders.get(0).values(),
              List.copyOf(recorders),
              done -> {});
      return measure(contexts, FitSteps.of(architecture, plan));
    }
  }

  /** Asks for the rows of a sample, all rows where it is behind the last. */
  private void ask(
      TargetRecorder recorder,
      Merger.Prepared networks,
      List<TargetPlan.Target> plan,
      int sample,
      int images) {
    for (int k = 0; k < plan.size(); k++) {
      Layer layer = plan.get(k).layer();
      long rows =
          sample < perUnknown.length
              ? (long) perUnknown[sample] * layer.unknowns()
              : Integer.MAX_VALUE;
      recorder.record(
          networks.a(), networks.b(), layer, plan.get(k).value(), images, rows, SEED * 31 + k);
    }
  }

  private List<Measured> measure(List<FitContext> contexts, FitSteps steps) {
    FitContext last = contexts.get(perUnknown.length - 1);
    Map<String, Tensor> constants = new LinkedHashMap<>(last.merged().graph().initializers());
    List<RowSources> sources =
        contexts.stream().map(context -> new RowSources(context, constants, false)).toList();
    List<Measured> found = new ArrayList<>();
    try {
      for (int step = 0; step < steps.count() && !steps.isHead(step); step++) {
        MergedLayer layer = steps.layer(step);
        TargetPlan.Target target = steps.targets().get(step);
        List<LayerSolver.Source> own = new ArrayList<>();
        sources.forEach(source -> own.add(source.trunk(layer, target).get(0)));
        LayerSolver.Solution solution =
            new LayerSolver(last).solveTrunk(layer, own.get(perUnknown.length - 1));
        constants.put(layer.weight(), solution.weight());
        layer.bias().ifPresent(name -> constants.put(name, solution.bias()));
        if (layer.layer().kind().isDense()) {
          found.add(measured(last, layer, own, solution.ridge()));
        }
      }
      return found;
    } finally {
      sources.forEach(RowSources::close);
    }
  }

  private Measured measured(
      FitContext context, MergedLayer layer, List<LayerSolver.Source> sources, double ridge) {
    double[] base = Centre.dense(layer, context.a(), context.b(), context.workers());
    boolean bias = layer.layer().bias().isPresent();
    List<LayerProblem> problems =
        sources.stream().map(source -> source.problem(base, bias)).toList();
    LayerProblem all = problems.get(perUnknown.length);
    double[] residuals =
        problems.stream()
            .map(
                problem ->
                    new RidgeSolver(
                        problem,
                        layer.in(),
                        layer.out(),
                        layer.layer().window().taps(),
                        context.workers()))
            .mapToDouble(
                solver -> all.residual(solver.solve(true, ridge).weights(), context.workers()))
            .toArray();
    Measured measured =
        new Measured(
            layer.name(),
            all.unknowns(),
            all.rows(),
            residuals[perUnknown.length],
            IntStream.range(0, perUnknown.length).mapToLong(k -> problems.get(k).rows()).toArray(),
            residuals);
    problems.forEach(LayerProblem::close);
    return measured;
  }
}
