package io.github.pleas.runtime;

import ai.onnx.proto.OnnxMl;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.InvalidProtocolBufferException;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.DetachedModel;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** A graph loaded with all its intermediate values as outputs, to be observed run by run. */
public final class ObservedGraph implements AutoCloseable {
  private final Session session;

  /**
   * Loads a graph.
   *
   * @throws PleasException if ONNX Runtime refuses it
   */
  public ObservedGraph(OrtRuntime runtime, Graph graph) {
    // Without its outputs, as a weight that is one is not asked for here.
    DetachedModel serialized = runtime.serialized(graph.withOutputs(List.of()));
    this.session = runtime.openAsWritten(withAllOutputs(graph, serialized), "the network");
  }

  /**
   * Runs the graph once.
   *
   * @param inputs every input by name
   * @param wanted whose contents to keep
   * @throws PleasException if the run fails
   */
  public Observation run(Map<String, Session.FloatArray> inputs, Predicate<String> wanted) {
    try (OrtSession.Result result = session.runRaw(inputs)) {
      return Observation.of(result, wanted);
    }
  }

  /** Those of the values that are no single-precision tensors: masks, indices, sequences. */
  Set<String> notFloat() {
    return session.notFloat();
  }

  private static DetachedModel withAllOutputs(Graph graph, DetachedModel serialized) {
    Set<String> names = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      node.outputs().stream().filter(output -> !output.isEmpty()).forEach(names::add);
    }
    try {
      OnnxMl.ModelProto.Builder model = OnnxMl.ModelProto.parseFrom(serialized.bytes()).toBuilder();
      // Outputs without a type: ONNX Runtime finds the type, we would have to guess it.
      for (String name : names) {
        model.getGraphBuilder().addOutputBuilder().setName(name);
      }
      return serialized.withBytes(model.build().toByteArray());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("our own bytes do not parse", e);
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
