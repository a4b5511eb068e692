package io.github.pleas.api;

import static java.util.Objects.requireNonNull;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Predictor;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.network.StoredPrecision;
import io.github.pleas.onnx.Graph;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A merged network with its weights as they are stored in an ONNX file: what is measured is what is
 * written.
 *
 * @param graph the network
 * @param precision of its weights
 * @param rounding the largest difference of an output that rounding the weights makes, relative to
 *     the output's largest; none if nothing was rounded
 */
public record StoredResult(Graph graph, Precision precision, OptionalDouble rounding) {
  private static final int IMAGES = 16;

  /**
   * Rounds a network's weights.
   *
   * @param images on some of which the difference is measured
   * @throws io.github.pleas.InvalidInputException if a weight is beyond what the precision can hold
   */
  public static StoredResult of(
      MergeResult result,
      Precision precision,
      Predictor predictor,
      Predictor.Signature signature,
      CalibrationImages images) {
    Graph stored = StoredPrecision.of(result.graph(), precision);
    if (precision == Precision.FLOAT32) {
      return new StoredResult(stored, precision, OptionalDouble.empty());
    }
    int count = Math.min(IMAGES, images.size());
    Map<String, Logits> rounded = predictor.predict(stored, signature, count, images);
    double worst = 0;
    for (Map.Entry<String, Logits> exact :
        predictor.predict(result.graph(), signature, count, images).entrySet()) {
      Logits found = requireNonNull(rounded.get(exact.getKey()));
      worst = Math.max(worst, exact.getValue().relativeError(found));
    }
    return new StoredResult(stored, precision, OptionalDouble.of(worst));
  }
}
