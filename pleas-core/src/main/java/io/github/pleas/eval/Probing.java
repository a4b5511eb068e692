package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Samples;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.Side;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Subgraph;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.runtime.Workers;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Trains linear probes on what the first heads of networks read, for each domain on labelled
 * training images, and measures them on its test images.
 */
public final class Probing {
  /** More features than this make the problem of a probe larger than memory is for. */
  private static final long MOST = 16_384;

  private final Predictor predictor;
  private final ProbeSolver solver;
  private final long seed;

  /** Probes trained in some way. */
  public Probing(Predictor predictor, ProbeSolver solver, long seed) {
    this.predictor = predictor;
    this.solver = solver;
    this.seed = seed;
  }

  /**
   * A domain.
   *
   * @param name as users read it
   * @param training images with labels
   * @param test images with labels
   * @param classes how many there are
   */
  public record Domain(String name, Samples training, Samples test, int classes) {}

  /** Features of a network: one of its values. */
  private record Features(Graph graph, Predictor.Signature signature) {}

  /** The accuracy of a probe on the features of an original. */
  public Accuracy of(Network original, Domain domain, Workers workers) {
    Layer head =
        Tails.of(original, Optional.empty()).heads().stream()
            .findFirst()
            .orElseThrow(() -> nothing(original.source()));
    return measure(
        features(original.graph(), head.input(), original::shape, original.fixedBatch()),
        domain,
        workers);
  }

  /**
   * The accuracy of a probe on the features of a merged network.
   *
   * @param graph the network with its weights
   * @param ofA whose head's features, where each original has one
   * @param fixedBatch the only batch size that it takes, if there is only one
   */
  public Accuracy of(
      MergedArchitecture merged,
      Graph graph,
      boolean ofA,
      OptionalInt fixedBatch,
      Domain domain,
      Workers workers) {
    Side side = ofA ? Side.A : Side.B;
    MergedLayer head =
        merged.layers().stream()
            .filter(
                layer -> layer.isHead() && (layer.side() == side || layer.side() == Side.MERGED))
            .findFirst()
            .orElseThrow(() -> nothing("the merged network"));
    return measure(
        features(graph, head.layer().input(), merged::shape, fixedBatch), domain, workers);
  }

  private static InvalidInputException nothing(String network) {
    return new InvalidInputException(
        network + " has no head whose features a linear probe could be trained on");
  }

  private static Features features(
      Graph graph, String value, Function<String, ValueShape> shapes, OptionalInt fixedBatch) {
    long width = shapes.apply(value).elementsPerImage();
    if (width > MOST) {
      throw new InvalidInputException(
          "a linear probe would have %,d features ('%s'); at most %,d are handled"
              .formatted(width, value, MOST));
    }
    List<String> inputs = graph.inputs().stream().map(ValueInfo::name).toList();
    Graph part =
        Subgraph.of(
            graph,
            Subgraph.needed(graph.nodes(), new HashSet<>(inputs), List.of(value)),
            graph.initializers(),
            List.of(value),
            shapes);
    return new Features(part, new Predictor.Signature(inputs, List.of(value), shapes, fixedBatch));
  }

  private Accuracy measure(Features features, Domain domain, Workers workers) {
    LinearProbe probe =
        LinearProbe.train(
            run(features, domain.training()),
            labels(domain.training()),
            domain.classes(),
            solver,
            seed,
            workers);
    return probe.predict(run(features, domain.test())).accuracy(labels(domain.test()), 0);
  }

  private Logits run(Features features, Samples images) {
    String value = features.signature().outputs().get(0);
    return requireNonNull(
        predictor
            .predict(features.graph(), features.signature(), images.size(), images)
            .get(value));
  }

  private static int[] labels(Samples images) {
    int[] labels = new int[images.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = images.label(i);
    }
    return labels;
  }
}
