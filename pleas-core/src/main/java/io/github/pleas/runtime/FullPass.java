package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
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
  private final Set<String> inputs = new HashSet<>();
  private final Function<String, ValueShape> shapes;
  private final List<Map<String, NativeBuffer>> buffers = new ArrayList<>();
  private final int batch;
  private final List<Tap> taps;
  private int runs;

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
    this(runtime, graph, wanted, shapes, batch, List.of(), 1);
  }

  /**
   * Opens a network with taps on some of its values.
   *
   * @param taps each on another value
   * @param kept of how many runs the results stay valid: those of the last ones
   */
  public FullPass(
      OrtRuntime runtime,
      Graph graph,
      Set<String> wanted,
      Function<String, ValueShape> shapes,
      int batch,
      List<? extends Tap> taps,
      int kept) {
    this.taps = List.copyOf(taps);
    this.wanted = new LinkedHashSet<>(wanted);
    this.shapes = shapes;
    this.batch = batch;
    Set<String> known = new HashSet<>(graph.initializers().keySet());
    graph.inputs().forEach(input -> known.add(input.name()));
    Set<String> computed = new LinkedHashSet<>(wanted);
    taps.forEach(tap -> computed.addAll(tap.values()));
    List<Node> nodes = Subgraph.needed(graph.nodes(), known, computed);
    Graph part = Subgraph.of(graph, nodes, graph.initializers(), this.wanted, shapes);
    part.inputs().forEach(input -> inputs.add(input.name()));
    for (Tap tap : taps) {
      part = Subgraph.tapped(part, tap, shapes);
    }
    this.session = runtime.open(part);
    boolean complete = false;
    try {
      for (int turn = 0; turn < kept; turn++) {
        Map<String, NativeBuffer> own = new LinkedHashMap<>();
        buffers.add(own);
        for (String value : this.wanted) {
          long count = Tensor.count(shapes.apply(value).forBatch(batch));
          own.put(value, NativeBuffer.ofFloats(count));
        }
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
   * @param given every input of the network for so many samples; what the wanted values do not need
   *     is left alone
   * @param size how many samples
   * @return the wanted values by name; valid until as many runs later as are kept
   */
  public Map<String, FloatBuffer> run(Map<String, Session.FloatArray> given, int size) {
    if (size > batch) {
      throw new IllegalArgumentException("a batch of " + size + " where " + batch + " is the most");
    }
    Map<String, RunArray> outputs = new LinkedHashMap<>();
    Map<String, FloatBuffer> results = new LinkedHashMap<>();
    Map<String, NativeBuffer> own = buffers.get(runs % buffers.size());
    for (String value : wanted) {
      FloatBuffer floats = requireNonNull(own.get(value)).floats();
      int[] shape = shapes.apply(value).forBatch(size);
      floats.limit((int) Tensor.count(shape));
      outputs.put(value, new Session.FloatArray(floats.slice(), shape));
      results.put(value, floats);
    }
    Map<String, RunArray> fed = new LinkedHashMap<>(given);
    fed.keySet().retainAll(inputs);
    List<Tap.Batch> tapped = taps.stream().map(tap -> tap.open(runs)).toList();
    runs++;
    for (Tap.Batch tap : tapped) {
      fed.putAll(tap.given());
      outputs.putAll(tap.made());
    }
    session.run(fed, outputs);
    tapped.forEach(Tap.Batch::take);
    return results;
  }

  @Override
  public void close() {
    session.close();
    buffers.forEach(own -> own.values().forEach(NativeBuffer::close));
  }
}
