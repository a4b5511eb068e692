package io.github.pleas.network;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes two networks that have been paired in the first one's names. */
final class AlignedWriter {
  private final Network a;
  private final Network b;
  private final Pairing pairing;

  AlignedWriter(Network a, Network b, Pairing pairing) {
    this.a = a;
    this.b = b;
    this.pairing = pairing;
  }

  /** What was compared, in the first's names, and what comes behind it in each. */
  ArchitectureMatcher.Aligned write(Tail tailA, Tail tailB) {
    Map<String, Tensor> ofA = new LinkedHashMap<>();
    Map<String, Tensor> ofB = new LinkedHashMap<>();
    pairing
        .constants()
        .forEach(
            (pair, name) -> {
              ofA.put(name, a.constant(pair.a()));
              ofB.put(name, b.constant(pair.b()));
            });
    List<Node> nodes = new ArrayList<>();
    for (Node node : a.graph().nodes()) {
      pairing.counterpart(node).ifPresent(other -> nodes.add(node.withInputs(inputs(node, other))));
    }
    Map<String, OwnRows> rowsA = new HashMap<>();
    Map<String, OwnRows> rowsB = new HashMap<>();
    Map<String, Tensor> tablesA = new HashMap<>();
    Map<String, Tensor> tablesB = new HashMap<>();
    pairing
        .constants()
        .forEach(
            (pair, name) -> {
              put(tablesA, name, a.tables().get(pair.a()));
              put(tablesB, name, b.tables().get(pair.b()));
              put(rowsA, name, a.ownRows().get(pair.a()));
              put(rowsB, name, b.ownRows().get(pair.b()));
            });
    Map<String, ValueShape> shapesB = new HashMap<>();
    pairing.values().forEach((inA, inB) -> shapesB.put(inA, b.shape(inB)));
    return new ArchitectureMatcher.Aligned(
        named(a, nodes, ofA, a.shapes(), tailA, tablesA).withOwnRows(rowsA),
        named(b, nodes, ofB, shapesB, tailB, tablesB).withOwnRows(rowsB));
  }

  private static <T> void put(Map<String, T> all, String name, @Nullable T own) {
    if (own != null) {
      all.put(name, own);
    }
  }

  private List<String> inputs(Node node, Node other) {
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      Pairing.Pair pair = new Pairing.Pair(node.input(i), other.input(i));
      inputs.add(pairing.constants().getOrDefault(pair, node.input(i)));
    }
    return inputs;
  }

  private Network named(
      Network network,
      List<Node> compared,
      Map<String, Tensor> values,
      Map<String, ValueShape> shapes,
      Tail tail,
      Map<String, Tensor> tables) {
    List<Node> nodes = new ArrayList<>(compared);
    nodes.addAll(tail.nodes());
    Map<String, Tensor> allValues = new LinkedHashMap<>(values);
    allValues.putAll(tail.constants());
    Map<String, ValueShape> allShapes = new HashMap<>(shapes);
    allShapes.putAll(tail.shapes());
    // In the first's names, and equal before the tails, since the operators are.
    Map<String, ElementType> allTypes = new HashMap<>(a.types());
    allTypes.putAll(tail.types());
    var graph = a.graph().withNodes(nodes).withInitializers(allValues).withOutputs(tail.outputs());
    return new Network(
        network.source(),
        graph,
        allShapes,
        allTypes,
        network.fixedBatch(),
        new LayerFinder(graph, allShapes).find(),
        network.stored(),
        tables,
        a.appended(),
        Map.of());
  }
}
