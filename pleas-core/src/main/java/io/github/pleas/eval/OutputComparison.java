package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Samples;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * One output of a network beside one of another, on the same samples: what a merged network keeps
 * of an original, without labels.
 */
public final class OutputComparison {
  private final Predictor predictor;
  private final Samples samples;
  private final Samples own;
  private final Pooling pooling;

  /**
   * What is compared.
   *
   * @param explained the share of the first output's variation that the second explains, see {@link
   *     Agreement}
   * @param cosine the mean cosine between their rows
   * @param rows how many were compared: samples, or tokens
   */
  public record Measured(double explained, double cosine, int rows) {}

  /**
   * An output of a network.
   *
   * @param network in canonical form
   * @param name of the output
   */
  public record Output(Network network, String name) {
    ValueShape shape() {
      return network.shape(name);
    }
  }

  /**
   * A comparison on some samples.
   *
   * @param samples as the other network reads them
   * @param own the same as the original does: with token ids of its own, perhaps
   * @param pooling what of outputs with numbers for each token is compared
   */
  public OutputComparison(Predictor predictor, Samples samples, Samples own, Pooling pooling) {
    this.predictor = predictor;
    this.samples = samples;
    this.own = own;
    this.pooling = pooling;
  }

  /**
   * Compares two outputs.
   *
   * @throws InvalidInputException if they are of different shapes, or one is not finite
   */
  public Measured of(Output original, Output other) {
    if (!Arrays.equals(original.shape().dimensions(), other.shape().dimensions())) {
      throw new InvalidInputException(
          "output '%s' of %s has shape %s, and '%s' of %s %s; outputs of one shape can be compared"
              .formatted(
                  original.name(),
                  original.network().source(),
                  original.shape(),
                  other.name(),
                  other.network().source(),
                  other.shape()));
    }
    OutputRows rows = new OutputRows(original.shape(), pooling);
    Comparison comparison = new Comparison(rows.width());
    try (BatchRun first = open(original);
        BatchRun second = open(other)) {
      int most = Math.min(first.capacity(), second.capacity());
      for (int start = 0; start < samples.size(); start += most) {
        int count = Math.min(most, samples.size() - start);
        FloatBuffer expected = run(first, original, own, start, count);
        FloatBuffer found = run(second, other, samples, start, count);
        comparison.add(
            rows.of(expected, start, count, samples.tokens()),
            rows.of(found, start, count, samples.tokens()));
      }
    }
    return new Measured(comparison.explained(), comparison.cosine(), comparison.rows());
  }

  private BatchRun open(Output output) {
    Predictor.Signature all = Predictor.Signature.of(output.network());
    return predictor.open(
        output.network().graph(),
        new Predictor.Signature(
            all.inputs(), List.of(output.name()), all.shapes(), all.fixedBatch()));
  }

  private static FloatBuffer run(BatchRun run, Output output, Samples given, int start, int count) {
    FloatBuffer values = requireNonNull(run.run(start, count, given).get(output.name()));
    try {
      Predictor.checkFinite(output.name(), values);
    } catch (Predictor.NotFiniteException e) {
      throw Predictor.notFinite(output.network(), e);
    }
    return values;
  }
}
