package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.PleasException;
import io.github.pleas.data.Images;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
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

  /** All outputs of a network by name; an output's classes are all its numbers for an image. */
  public Map<String, Logits> predict(Network network, Images images) {
    return predict(network.graph(), network::shape, network.fixedBatch(), images);
  }

  /**
   * All outputs of a graph by name.
   *
   * @param shapes the shape of the input and of each output
   * @param fixedBatch the only batch size that the graph takes, if there is only one
   */
  public Map<String, Logits> predict(
      Graph graph, Function<String, ValueShape> shapes, OptionalInt fixedBatch, Images images) {
    Chunks chunks = new Chunks(images.size(), fixedBatch.orElse(BATCH), fixedBatch.isPresent());
    String input = graph.inputs().get(0).name();
    List<NativeBuffer> owned = new ArrayList<>();
    Map<String, float[]> values = new LinkedHashMap<>();
    Map<String, FloatBuffer> buffers = new LinkedHashMap<>();
    try (Session session = runtime.open(graph)) {
      for (ValueInfo output : graph.outputs()) {
        int width = (int) shapes.apply(output.name()).elementsPerImage();
        values.put(output.name(), new float[images.size() * width]);
        buffers.put(output.name(), allocate((long) chunks.size() * width, owned));
      }
      FloatBuffer in = allocate(shapes.apply(input).elementsPerImage() * chunks.size(), owned);
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        images.copyTo(chunks.start(chunk), chunks.images(chunk), in.clear());
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
          logits.put(name, new Logits(images.size(), all.length / images.size(), all));
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

  private static void checkFinite(String name, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new PleasException("output '" + name + "' is NaN or infinite on some images");
      }
    }
  }
}
