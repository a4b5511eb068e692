package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.data.Samples;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Network;
import io.github.pleas.network.TokenMask;
import io.github.pleas.onnx.Graph;
import io.github.pleas.runtime.Beside;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How well a merged network agrees with the originals, without labels: the share of the variation
 * of the originals' outputs that it explains,
 *
 * <p>1 - sum |y_merged - y_original|^2 / sum |y_original - mean|^2
 *
 * <p>over images, the mean being that of each number of the output over these images. 1 where it
 * computes what the originals do, 0 where it is no better than their mean, negative where it is
 * worse. It is taken for each original and each of its outputs by itself, so that none counts for
 * more because its numbers are larger, and averaged.
 *
 * <p>Each original is asked about its own domain's images; where one set of images serves both,
 * both are asked about all. The output that is compared with theirs is their own where the merged
 * network has one for each, or the one that they share.
 *
 * <p>Of texts, what is compared are the rows of {@link OutputRows}: those of each token, or pooled
 * ones. There the mean cosine between rows is told, too, which is what embeddings are used for.
 *
 * <p>The originals run each time, unless their outputs are given ({@link OriginalOutputs}), and so
 * does the merged network. Nothing but the batch at hand is held here, so outputs may be large.
 */
public final class Agreement {
  private final Predictor predictor;
  private final Network a;
  private final Network b;
  private final List<Pooling> pooling;
  private final OriginalOutputs originals;

  /**
   * Images of one domain, without labels.
   *
   * @param size how many
   * @param feed gives them
   * @param tokens which tokens of them are real, where they are texts
   */
  public record Domain(int size, Frontier.Feed feed, TokenMask tokens) {
    /** All of some images. */
    public static Domain of(Samples images) {
      return new Domain(images.size(), images, images.tokens());
    }

    /** The domains of calibration images: A's and B's, or the one that serves both. */
    public static List<Domain> of(Calibration images) {
      if (!images.hasTwoDomains()) {
        return List.of(new Domain(images.size(), images, images.tokens()));
      }
      int ofA = images.sizeA();
      return List.of(
          new Domain(ofA, images, images.tokens()),
          new Domain(
              images.size() - ofA,
              (input, first, count, target) -> images.copyTo(input, ofA + first, count, target),
              (sample, token) -> images.tokens().isReal(ofA + sample, token)));
    }
  }

  /**
   * An agreement.
   *
   * @param explained the share of the originals' variation that is explained, at most 1; an output
   *     that does not vary counts 1 if it is reproduced, or else 0
   * @param top on how many images the largest number of the first output is the original's too,
   *     counted for each original that is asked; none unless these outputs are [batch, classes]
   * @param cosine the mean cosine to the originals' rows, where the networks read texts
   */
  public record Measured(double explained, Optional<Accuracy> top, Optional<Cosine> cosine) {
    /** Of networks that read no texts. */
    public Measured(double explained, Optional<Accuracy> top) {
      this(explained, top, Optional.empty());
    }

    /** Of outputs of A and of B, [images, classes] each. */
    static Measured of(Comparison a, Comparison b) {
      return new Measured((a.explained() + b.explained()) / 2, Optional.of(a.top().plus(b.top())));
    }
  }

  /**
   * Mean cosines between the rows of outputs.
   *
   * @param a to what A gives, over its outputs
   * @param b to what B gives
   */
  public record Cosine(double a, double b) {}

  /**
   * The originals to compare with.
   *
   * @param a the first
   * @param b the second
   */
  public Agreement(Predictor predictor, Network a, Network b) {
    this(predictor, a, b, List.of(Pooling.TOKENS));
  }

  /**
   * The originals to compare with.
   *
   * @param pooling of A's tokens and of B's, or one for both
   */
  public Agreement(Predictor predictor, Network a, Network b, List<Pooling> pooling) {
    this(predictor, a, b, pooling, new ComputedOutputs(predictor, a, b));
  }

  /**
   * The originals to compare with, which need not run.
   *
   * @param pooling of A's tokens and of B's, or one for both
   * @param originals what they give on the images that will be asked about
   */
  public Agreement(
      Predictor predictor, Network a, Network b, List<Pooling> pooling, OriginalOutputs originals) {
    this.predictor = predictor;
    this.a = a;
    this.b = b;
    this.pooling = List.copyOf(pooling);
    this.originals = originals;
  }

  /**
   * An original that is asked, its outputs, and those of the merged network that stand for them.
   */
  private static final class Asked {
    final Network network;
    final List<String> outputs;
    final List<String> merged;
    final List<OutputRows> rows;
    final List<Comparison> comparisons;

    Asked(Network network, List<String> merged, Pooling pooling) {
      this.network = network;
      this.outputs = Predictor.Signature.of(network).outputs();
      this.merged = merged;
      this.rows = outputs.stream().map(o -> new OutputRows(network.shape(o), pooling)).toList();
      this.comparisons = rows.stream().map(own -> new Comparison(own.width())).toList();
    }

    /** Whether it reads texts. */
    boolean reads() {
      return network.inputs().stream().anyMatch(input -> input.type().isInteger());
    }

    double cosine() {
      return comparisons.stream().mapToDouble(Comparison::cosine).average().orElseThrow();
    }

    /** Whether its first output gives a number for each of some classes. */
    boolean classifies() {
      ValueShape shape = network.shape(outputs.get(0));
      return shape.rank() == 2 && shape.dimension(0) == 1 && shape.dimension(1) > 1;
    }
  }

  /**
   * The agreement of a merged network.
   *
   * @param merged its graph
   * @param signature its input and outputs: as many as A has, where both share them, or A's and
   *     then B's
   * @param domains A's images and B's, or one set that serves both
   * @throws io.github.pleas.InvalidInputException if an original's output is not finite
   * @throws io.github.pleas.PleasException if the merged network's is not
   */
  public Measured of(Graph merged, Predictor.Signature signature, List<Domain> domains) {
    requireOneOrTwo(domains);
    try (BatchRun run = predictor.open(merged, signature);
        Beside beside = new Beside()) {
      // On the processor one of them has all threads; on a GPU each waits for its copies.
      Optional<Beside> meanwhile = predictor.isOnDevice() ? Optional.of(beside) : Optional.empty();
      List<OutputBatches> outputs = new ArrayList<>();
      domains.forEach(domain -> outputs.add(new RunBatches(run, domain.feed(), meanwhile)));
      return of(signature.outputs(), outputs, domains);
    }
  }

  /**
   * The agreement of a merged network that need not run.
   *
   * @param names of its outputs: as many as A has, where both share them, or A's and then B's
   * @param merged what it gives on the images of each domain, which others close
   * @param domains A's images and B's, or one set that serves both
   * @throws io.github.pleas.InvalidInputException if an original's output is not finite
   * @throws io.github.pleas.PleasException if the merged network's is not
   */
  public Measured of(List<String> names, List<OutputBatches> merged, List<Domain> domains) {
    requireOneOrTwo(domains);
    if (merged.size() != domains.size()) {
      throw new IllegalArgumentException(
          "outputs on %d domains, expected %d".formatted(merged.size(), domains.size()));
    }
    Asked ofA = new Asked(a, standingFor(a, names, true), pooling.get(0));
    Asked ofB = new Asked(b, standingFor(b, names, false), pooling.get(pooling.size() - 1));
    Domain first = domains.get(0);
    Domain second = domains.get(domains.size() - 1);
    if (domains.size() == 1) {
      compare(
          merged.get(0),
          first,
          List.of(ofA, ofB),
          List.of(() -> originals.ofA(first), () -> originals.ofB(first)));
    } else {
      compare(merged.get(0), first, List.of(ofA), List.of(() -> originals.ofA(first)));
      compare(merged.get(1), second, List.of(ofB), List.of(() -> originals.ofB(second)));
    }
    double explained = (explained(ofA.comparisons) + explained(ofB.comparisons)) / 2;
    return new Measured(
        explained,
        ofA.classifies() && ofB.classifies()
            ? Optional.of(ofA.comparisons.get(0).top().plus(ofB.comparisons.get(0).top()))
            : Optional.empty(),
        ofA.reads() ? Optional.of(new Cosine(ofA.cosine(), ofB.cosine())) : Optional.empty());
  }

  private static void requireOneOrTwo(List<Domain> domains) {
    if (domains.isEmpty() || domains.size() > 2) {
      throw new IllegalArgumentException("expected 1 or 2 domains, found " + domains.size());
    }
  }

  private List<String> standingFor(Network original, List<String> merged, boolean first) {
    int ofA = a.graph().outputs().size();
    int ofB = b.graph().outputs().size();
    int own = original.graph().outputs().size();
    if (merged.size() != ofA + ofB && (merged.size() != ofA || merged.size() != ofB)) {
      throw new IllegalArgumentException(
          "outputs: the originals have %d and %d, the merged network %d"
              .formatted(ofA, ofB, merged.size()));
    }
    return first ? merged.subList(0, own) : merged.subList(merged.size() - own, merged.size());
  }

  private static double explained(List<Comparison> comparisons) {
    return comparisons.stream().mapToDouble(Comparison::explained).average().orElseThrow();
  }

  private static void compare(
      OutputBatches merged,
      Domain domain,
      List<Asked> asked,
      List<Supplier<OutputBatches>> outputs) {
    List<OutputBatches> opened = new ArrayList<>();
    try {
      outputs.forEach(original -> opened.add(original.get()));
      int most = opened.stream().mapToInt(OutputBatches::capacity).min().orElseThrow();
      most = Math.min(most, merged.capacity());
      for (int first = 0; first < domain.size(); first += most) {
        int count = Math.min(most, domain.size() - first);
        Supplier<Map<String, FloatBuffer>> begun = merged.begin(first, count);
        List<Map<String, FloatBuffer>> own = new ArrayList<>();
        for (OutputBatches original : opened) {
          own.add(original.of(first, count));
        }
        Map<String, FloatBuffer> found = begun.get();
        for (int i = 0; i < opened.size(); i++) {
          compare(asked.get(i), own.get(i), found, first, count, domain.tokens());
        }
      }
    } finally {
      opened.forEach(OutputBatches::close);
    }
  }

  private static void compare(
      Asked asked,
      Map<String, FloatBuffer> expected,
      Map<String, FloatBuffer> found,
      int first,
      int count,
      TokenMask tokens) {
    for (int o = 0; o < asked.outputs.size(); o++) {
      String output = asked.outputs.get(o);
      FloatBuffer original = requireNonNull(expected.get(output));
      try {
        Predictor.checkFinite(output, original);
      } catch (Predictor.NotFiniteException e) {
        throw Predictor.notFinite(asked.network, e);
      }
      FloatBuffer merged = requireNonNull(found.get(asked.merged.get(o)));
      Predictor.checkFinite(asked.merged.get(o), merged);
      if (original.limit() != merged.limit()) {
        throw new IllegalArgumentException(
            "output '%s' has %d numbers, where that of the original has %d"
                .formatted(asked.merged.get(o), merged.limit(), original.limit()));
      }
      OutputRows rows = asked.rows.get(o);
      asked
          .comparisons
          .get(o)
          .add(rows.of(original, first, count, tokens), rows.of(merged, first, count, tokens));
    }
  }
}
