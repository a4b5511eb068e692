package io.github.pleas.layout;

import static java.util.Objects.requireNonNull;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the length of the texts that networks were merged on out of the merged graph, so that it
 * takes texts of any length, as the originals do: reshapes copy the length from what they reshape,
 * and tables are as long as the originals' and cut to the text when it is there. What a table has
 * for longer texts than were merged on is the originals' mean, in the merged order of units.
 */
public final class FreeTokens {
  private final Network a;
  private final Network b;
  private final MergedLayout layout;
  private final MergedArchitecture merged;
  private final Map<String, Tensor> constants;
  private final List<Node> cuts = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();

  private FreeTokens(
      Network a, Network b, MergedLayout layout, MergedArchitecture merged, Graph graph) {
    this.a = a;
    this.b = b;
    this.layout = layout;
    this.merged = merged;
    this.constants = new LinkedHashMap<>(graph.initializers());
    taken.addAll(constants.keySet());
    graph.inputs().forEach(input -> taken.add(input.name()));
    for (Node node : graph.nodes()) {
      taken.add(node.name());
      taken.addAll(node.outputs());
    }
  }

  /**
   * The graph for texts of any length; empty where it says a length in another way. Whether what
   * comes out computes the same is for the caller to observe.
   *
   * @param graph the merged graph with its weights
   */
  public static Optional<Graph> of(
      Network a, Network b, MergedLayout layout, MergedArchitecture merged, Graph graph) {
    return new FreeTokens(a, b, layout, merged, graph).free(graph);
  }

  private Optional<Graph> free(Graph graph) {
    ValueInfo first = graph.inputs().get(0);
    if (a.tables().keySet().stream().anyMatch(name -> !constants.containsKey(name))) {
      return Optional.empty();
    }
    a.tables().keySet().stream().sorted().forEach(name -> lengthen(name, first.name()));
    List<Node> nodes = new ArrayList<>(cuts);
    for (Node node : graph.nodes()) {
      Optional<Node> freed = node.is("Reshape") ? freed(node) : Optional.of(node);
      if (freed.isEmpty()) {
        return Optional.empty();
      }
      nodes.add(freed.get());
    }
    Set<String> read = new HashSet<>();
    nodes.forEach(node -> read.addAll(node.inputs()));
    constants.keySet().retainAll(read);
    return Optional.of(
        graph
            .withNodes(nodes)
            .withInitializers(constants)
            .withInputs(graph.inputs().stream().map(this::declared).toList())
            .withOutputs(graph.outputs().stream().map(this::declared).toList()));
  }

  /** In place of a table as long as the text was, the whole one, cut. */
  private void lengthen(String name, String input) {
    Tensor begin = requireNonNull(constants.remove(name));
    Tensor ofA = requireNonNull(a.tables().get(name));
    Tensor ofB = requireNonNull(b.tables().get(name));
    Tensor rest =
        new MergedConstants(
                a.withConstants(Map.of(name, ofA)), b.withConstants(Map.of(name, ofB)), layout)
            .of(name);
    int axis = 0;
    // Before the tokens only axes of 1 come; what follows may be as long as what begins.
    while (begin.dimension(axis) == 1) {
      axis++;
    }
    String whole = name(name + "_whole");
    constants.put(whole, begin.joined(axis, rest));
    String shape = name(name + "_text");
    String length = name(name + "_length");
    cuts.add(new Node(shape, "Shape", "", List.of(input), List.of(shape), Map.of()));
    cuts.add(
        new Node(
            length,
            "Gather",
            "",
            List.of(shape, longs(length + "_axis", 1)),
            List.of(length),
            Map.of("axis", new Attribute.Int(0))));
    cuts.add(
        new Node(
            name(name + "_cut"),
            "Slice",
            "",
            List.of(whole, longs(name + "_from", 0), length, longs(name + "_along", axis)),
            List.of(name),
            Map.of()));
  }

  private String longs(String near, long value) {
    String name = name(near);
    constants.put(name, Tensor.ofLongs(new int[] {1}, new long[] {value}));
    return name;
  }

  private String name(String near) {
    String name = near;
    for (int i = 2; !taken.add(name); i++) {
      name = near + "_" + i;
    }
    return name;
  }

  private static boolean isToken(ValueShape shape, int axis) {
    return Arrays.stream(shape.tokenAxes()).anyMatch(own -> own == axis);
  }

  /**
   * A reshape that copies batch and lengths of texts, where they stand on the same axes before; one
   * of them may move, and is what is left over. In its shape, 0 means as in the input.
   */
  private Optional<Node> freed(Node node) {
    ValueShape to = merged.shapes().get(node.output());
    ValueShape from = merged.shapes().get(node.input(0));
    Tensor shape = constants.get(node.input(1));
    if (to == null || from == null || shape == null) {
      return Optional.empty();
    }
    if (to.tokenAxes().length == 0) {
      return Optional.of(node);
    }
    long[] target = shape.longs().clone();
    int computed = 0;
    for (int axis = 0; axis < target.length; axis++) {
      if (axis == to.batchAxis() || isToken(to, axis)) {
        boolean copied =
            axis < from.rank()
                && from.dimension(axis) == to.dimension(axis)
                && (axis == to.batchAxis()) == (axis == from.batchAxis())
                && isToken(to, axis) == isToken(from, axis);
        target[axis] = copied ? 0 : -1;
        computed += copied ? 0 : 1;
      }
    }
    if (computed > 1) {
      return Optional.empty();
    }
    String name = name(node.input(1) + "_free");
    constants.put(name, Tensor.ofLongs(new int[] {target.length}, target));
    return Optional.of(node.withInputs(List.of(node.input(0), name)));
  }

  private ValueInfo declared(ValueInfo value) {
    ValueShape shape = merged.shape(value.name());
    List<ValueInfo.Dimension> dimensions = new ArrayList<>(value.shape());
    for (int axis : shape.tokenAxes()) {
      dimensions.set(axis, ValueInfo.Dimension.free("tokens"));
    }
    return new ValueInfo(value.name(), value.type(), dimensions);
  }
}
