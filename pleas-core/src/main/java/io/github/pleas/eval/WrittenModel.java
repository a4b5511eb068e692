package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.PleasException;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ModelFiles;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.runtime.Frontier;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a model and proves it before it takes its final name: loaded afresh in ONNX Runtime, the
 * file computes on some images what the graph in memory computes.
 */
public final class WrittenModel {
  /** The largest relative difference that rounding explains. */
  private static final double TOLERANCE = 1e-5;

  private static final int IMAGES = 16;

  /** What is written together with the model: if it fails, the model is not written either. */
  @FunctionalInterface
  public interface Companion {
    /** No companion. */
    Companion NONE = (files, error) -> {};

    /**
     * Writes it; called when the model has proved itself, before it takes its final name.
     *
     * @param files the whole model, under a temporary name, and its data
     * @param error the largest relative difference of an output between file and memory
     */
    void write(ModelFiles files, double error);
  }

  private final Predictor predictor;

  public WrittenModel(Predictor predictor) {
    this.predictor = predictor;
  }

  /**
   * Writes a graph.
   *
   * @param signature its input and outputs
   * @param available how many images there are; a few of them are run
   * @param feed the images
   * @param target the file to be made or replaced
   * @param companion written with it
   * @return the files that were written
   * @throws PleasException if writing fails or the file computes something else; what was there
   *     before is then still there
   */
  public ModelFiles write(
      Graph graph,
      Predictor.Signature signature,
      int available,
      Frontier.Feed feed,
      Path target,
      Companion companion) {
    int count = Math.min(IMAGES, available);
    Map<String, Logits> expected;
    try {
      expected = predictor.predict(graph, signature, count, feed);
    } catch (Predictor.NotFiniteException e) {
      throw new PleasException(target + " was not written: its " + e.getMessage(), e);
    }
    double[] worst = new double[1];
    ModelFiles written =
        OnnxWriter.write(
            graph,
            target,
            files -> {
              Map<String, Logits> found = predictor.predict(files.model(), signature, count, feed);
              expected.forEach(
                  (name, logits) -> {
                    double error = logits.relativeError(requireNonNull(found.get(name)));
                    worst[0] = Math.max(worst[0], error);
                    if (!(error <= TOLERANCE)) {
                      throw new PleasException(
                          String.format(
                              Locale.ROOT,
                              "%s was not written: loaded afresh, its output '%s' differs by %.1e (relative) from what was computed in memory",
                              target,
                              name,
                              error));
                    }
                  });
              companion.write(files, worst[0]);
            });
    return written;
  }
}
