package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.data.Samples;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/** Runs a network over images and collects its outputs. */
public final class Predictor {
  private final OrtRuntime runtime;

  public Predictor(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * What is to be run.
   *
   * @param inputs the inputs' names
   * @param outputs the outputs' names
   * @param shapes the shape of each input and of each output
   * @param fixedBatch the only batch size that it takes, if there is only one
   */
  public record Signature(
      List<String> inputs,
      List<String> outputs,
      Function<String, ValueShape> shapes,
      OptionalInt fixedBatch) {
    /** The signature of a network. */
    public static Signature of(Network network) {
      return new Signature(
          network.inputNames(),
          network.graph().outputs().stream().map(ValueInfo::name).toList(),
          network::shape,
          network.fixedBatch());
    }
  }

  /**
   * All outputs of a network by name; an output's classes are all its numbers for an image.
   *
   * @throws InvalidInputException if an output is not finite: which one, of which network
   */
  public Map<String, Logits> predict(Network network, Samples images) {
    try (BatchRun run = open(network)) {
      return run(run, Signature.of(network), images.size(), images);
    } catch (NotFiniteException e) {
      throw notFinite(network, e);
    }
  }

  /** All outputs of a graph by name, on {@code count} images from a feed. */
  public Map<String, Logits> predict(
      Graph graph, Signature signature, int count, Frontier.Feed feed) {
    try (BatchRun run = open(graph, signature)) {
      return run(run, signature, count, feed);
    }
  }

  /** All outputs of a model file by name, loaded afresh. */
  public Map<String, Logits> predict(
      Path file, Signature signature, int count, Frontier.Feed feed) {
    try (BatchRun run = new BatchRun(runtime.open(file), signature)) {
      return run(run, signature, count, feed);
    }
  }

  /** Whether networks run elsewhere than on the processor. */
  boolean isOnDevice() {
    return runtime.device().cuda().isPresent();
  }

  /** A network ready to be run on batches. */
  BatchRun open(Network network) {
    return open(network.graph(), Signature.of(network));
  }

  /** A graph ready to be run on batches. */
  BatchRun open(Graph graph, Signature signature) {
    return new BatchRun(runtime.open(graph), signature);
  }

  private static Map<String, Logits> run(
      BatchRun run, Signature signature, int count, Frontier.Feed feed) {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (String output : signature.outputs()) {
      values.put(output, new float[Math.multiplyExact(count, run.width(output))]);
    }
    for (int first = 0; first < count; first += run.capacity()) {
      int images = Math.min(run.capacity(), count - first);
      int start = first;
      run.run(first, images, feed)
          .forEach(
              (name, batch) -> {
                int width = run.width(name);
                batch.get(requireNonNull(values.get(name)), start * width, images * width);
              });
    }
    Map<String, Logits> logits = new LinkedHashMap<>();
    values.forEach(
        (name, all) -> {
          checkFinite(name, all);
          logits.put(name, new Logits(count, all.length / count, all));
        });
    return logits;
  }

  /** What is to be told of an original whose output is not finite. */
  static InvalidInputException notFinite(Network network, NotFiniteException e) {
    return new InvalidInputException(
        "%s: %s. Check the preprocessing (--mean, --std) and the weights"
            .formatted(network.source(), e.getMessage()),
        e);
  }

  /** An output has values that are not numbers. */
  public static final class NotFiniteException extends PleasException {
    private static final long serialVersionUID = 1L;

    NotFiniteException(String output) {
      super("output '" + output + "' is NaN or infinite on some images");
    }
  }

  private static void checkFinite(String name, float[] values) {
    checkFinite(name, FloatBuffer.wrap(values));
  }

  /**
   * Refuses values that are not numbers.
   *
   * @param values up to their limit
   */
  static void checkFinite(String name, FloatBuffer values) {
    for (int i = 0; i < values.limit(); i++) {
      if (!Float.isFinite(values.get(i))) {
        throw new NotFiniteException(name);
      }
    }
  }
}
