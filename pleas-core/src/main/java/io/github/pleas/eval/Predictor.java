package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.data.Images;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/** Runs a network over images and collects its outputs. */
public final class Predictor {
  private static final int BATCH = 64;

  private final OrtRuntime runtime;

  public Predictor(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * What is to be run.
   *
   * @param input the name of the one input
   * @param outputs the outputs' names
   * @param shapes the shape of the input and of each output
   * @param fixedBatch the only batch size that it takes, if there is only one
   */
  public record Signature(
      String input,
      List<String> outputs,
      Function<String, ValueShape> shapes,
      OptionalInt fixedBatch) {
    /** The signature of a network. */
    public static Signature of(Network network) {
      return new Signature(
          network.input(),
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
  public Map<String, Logits> predict(Network network, Images images) {
    try (Session session = runtime.open(network.graph())) {
      return run(session, Signature.of(network), images.size(), images::copyTo);
    } catch (NotFiniteException e) {
      throw new InvalidInputException(
          "%s: %s. Check the preprocessing (--mean, --std) and the weights"
              .formatted(network.source(), e.getMessage()),
          e);
    }
  }

  /** All outputs of a graph by name, on {@code count} images from a feed. */
  public Map<String, Logits> predict(
      Graph graph, Signature signature, int count, Frontier.Feed feed) {
    try (Session session = runtime.open(graph)) {
      return run(session, signature, count, feed);
    }
  }

  /** All outputs of a model file by name, loaded afresh. */
  public Map<String, Logits> predict(
      Path file, Signature signature, int count, Frontier.Feed feed) {
    try (Session session = runtime.open(file)) {
      return run(session, signature, count, feed);
    }
  }

  private static Map<String, Logits> run(
      Session session, Signature signature, int count, Frontier.Feed feed) {
    Chunks chunks =
        new Chunks(count, signature.fixedBatch().orElse(BATCH), signature.fixedBatch().isPresent());
    Function<String, ValueShape> shapes = signature.shapes();
    List<NativeBuffer> owned = new ArrayList<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    Map<String, FloatBuffer> buffers = new LinkedHashMap<>();
    try {
      for (String output : signature.outputs()) {
        int width = (int) shapes.apply(output).elementsPerImage();
        values.put(output, new float[Math.multiplyExact(count, width)]);
        buffers.put(output, allocate((long) chunks.size() * width, owned));
      }
      String input = signature.input();
      FloatBuffer in = allocate(shapes.apply(input).elementsPerImage() * chunks.size(), owned);
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        feed.copyTo(chunks.start(chunk), chunks.images(chunk), in.clear());
        Map<String, Session.FloatArray> outputs = new LinkedHashMap<>();
        for (String name : values.keySet()) {
          outputs.put(
              name,
              array(requireNonNull(buffers.get(name)), shapes.apply(name), chunks.batch(chunk)));
        }
        session.run(Map.of(input, array(in, shapes.apply(input), chunks.batch(chunk))), outputs);
        collect(values, buffers, chunks, chunk);
      }
    } finally {
      owned.forEach(NativeBuffer::close);
    }
    Map<String, Logits> logits = new LinkedHashMap<>();
    values.forEach(
        (name, all) -> {
          checkFinite(name, all);
          logits.put(name, new Logits(count, all.length / count, all));
        });
    return logits;
  }

  private static void collect(
      Map<String, float[]> values, Map<String, FloatBuffer> buffers, Chunks chunks, int chunk) {
    values.forEach(
        (name, all) -> {
          int width = all.length / chunks.images();
          requireNonNull(buffers.get(name))
              .get(0, all, chunks.start(chunk) * width, chunks.images(chunk) * width);
        });
  }

  private static FloatBuffer allocate(long count, List<NativeBuffer> owned) {
    NativeBuffer buffer = NativeBuffer.ofFloats(count);
    owned.add(buffer);
    return buffer.floats();
  }

  private static Session.FloatArray array(FloatBuffer buffer, ValueShape shape, int batch) {
    int[] dimensions = shape.forBatch(batch);
    return new Session.FloatArray(
        buffer.duplicate().clear().limit((int) Tensor.count(dimensions)).slice(), dimensions);
  }

  /** An output has values that are not numbers. */
  static final class NotFiniteException extends PleasException {
    private static final long serialVersionUID = 1L;

    NotFiniteException(String output) {
      super("output '" + output + "' is NaN or infinite on some images");
    }
  }

  private static void checkFinite(String name, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new NotFiniteException(name);
      }
    }
  }
}
