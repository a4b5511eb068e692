package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** A whole network run batch by batch, some of its values handed out. */
public final class FullPass implements AutoCloseable {
  private final Session session;
  private final Set<String> wanted;
  private final String input;
  private final Function<String, ValueShape> shapes;
  private final Map<String, NativeBuffer> buffers = new LinkedHashMap<>();
  private final int batch;

  /**
   * Opens a network.
   *
   * @param runtime where to run
   * @param graph the network
   * @param wanted values to hand out
   * @param shapes the shape of each value
   * @param batch images in a batch, at most
   */
  public FullPass(
      OrtRuntime runtime,
      Graph graph,
      Set<String> wanted,
      Function<String, ValueShape> shapes,
      int batch) {
    this.input = graph.inputs().get(0).name();
    this.wanted = new LinkedHashSet<>(wanted);
    this.shapes = shapes;
    this.batch = batch;
    Set<String> known = new HashSet<>(graph.initializers().keySet());
    known.add(input);
    List<Node> nodes = Subgraph.needed(graph.nodes(), known, wanted);
    Graph part = Subgraph.of(graph, nodes, graph.initializers(), this.wanted, shapes);
    this.session = runtime.open(part);
    boolean complete = false;
    try {
      for (String value : this.wanted) {
        buffers.put(
            value, NativeBuffer.ofFloats(Tensor.count(shapes.apply(value).forBatch(batch))));
      }
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /**
   * Runs a batch.
   *
   * @param images the input, direct, from position 0
   * @param size how many images
   * @return the wanted values by name; valid until the next run
   */
  public Map<String, FloatBuffer> run(FloatBuffer images, int size) {
    if (size > batch) {
      throw new IllegalArgumentException("a batch of " + size + " where " + batch + " is the most");
    }
    Map<String, Session.FloatArray> outputs = new LinkedHashMap<>();
    Map<String, FloatBuffer> results = new LinkedHashMap<>();
    for (String value : wanted) {
      FloatBuffer floats = requireNonNull(buffers.get(value)).floats();
      int[] shape = shapes.apply(value).forBatch(size);
      floats.limit((int) Tensor.count(shape));
      outputs.put(value, new Session.FloatArray(floats.slice(), shape));
      results.put(value, floats);
    }
    int[] shape = shapes.apply(input).forBatch(size);
    FloatBuffer fed = images.duplicate().clear().limit((int) Tensor.count(shape)).slice();
    session.run(Map.of(input, new Session.FloatArray(fed, shape)), outputs);
    return results;
  }

  @Override
  public void close() {
    session.close();
    buffers.values().forEach(NativeBuffer::close);
  }
}
