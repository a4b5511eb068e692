package io.github.pleas.onnx;

import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A serialized model, and the weights that were left out of it, which a runtime is handed by
 * themselves: together they may be larger than the 2 GB at which protobuf and arrays end.
 *
 * @param bytes the model; weights that were left out are external data of a file that there is not
 * @param weights those left out, by name
 */
public record DetachedModel(byte[] bytes, Map<String, Tensor> weights) {
  private static final Set<ElementType> WEIGHTS =
      EnumSet.of(ElementType.FLOAT, ElementType.DOUBLE, ElementType.FLOAT16, ElementType.BFLOAT16);

  public DetachedModel {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * A graph, its weights left out if they are many. Then constants that nothing reads are not in
   * the model either: a runtime drops them on its own, and takes no weight that it has dropped.
   *
   * @param most how many bytes of tensors a model may have with its weights in it
   * @throws io.github.pleas.PleasException if the model would have more than 2 GB all the same
   */
  public static DetachedModel of(Graph graph, long most) {
    if (OnnxWriter.payload(graph) <= most) {
      return new DetachedModel(OnnxWriter.toBytes(graph), Map.of());
    }
    Graph used = withoutUnread(graph);
    DataLayout layout = DataLayout.of(used, "weights", tensor -> WEIGHTS.contains(tensor.type()));
    Map<String, Tensor> weights = new LinkedHashMap<>(used.initializers());
    weights.keySet().retainAll(layout.places().keySet());
    return new DetachedModel(OnnxWriter.toBytes(used, layout), weights);
  }

  private static Graph withoutUnread(Graph graph) {
    Set<String> read = new HashSet<>();
    graph.nodes().forEach(node -> read.addAll(Subgraphs.reads(node)));
    graph.outputs().forEach(output -> read.add(output.name()));
    Map<String, Tensor> kept = new LinkedHashMap<>(graph.initializers());
    kept.keySet().retainAll(read);
    return graph.withInitializers(kept);
  }

  /** The same weights with another model. */
  public DetachedModel withBytes(byte[] other) {
    return new DetachedModel(other, weights);
  }
}
