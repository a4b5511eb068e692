package io.github.pleas.layout;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A graph in the making of which some values stand in pieces. A value is joined when the first node
 * asks for it whole, and then has the name that it had before; a selection of its elements is made
 * once, whoever asks.
 */
final class PieceGraph {
  /** From here on one Gather copies what several Slices and a Concat would copy twice. */
  private static final int MOST_SLICES = 2;

  private record Selection(String value, List<Integer> elements) {}

  private final Graph from;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> constants;
  private final Set<String> names = new HashSet<>();
  private final Map<String, Pieces> pieces = new HashMap<>();
  private final Set<String> joined = new HashSet<>();
  private final Map<Selection, String> selections = new HashMap<>();

  PieceGraph(Graph from) {
    this.from = from;
    this.constants = new LinkedHashMap<>(from.initializers());
    names.addAll(constants.keySet());
    from.inputs().forEach(input -> names.add(input.name()));
    for (Node node : from.nodes()) {
      names.add(node.name());
      names.addAll(node.outputs());
    }
  }

  /** The graph, its outputs whole, without constants that nothing reads any more. */
  Graph build() {
    from.outputs().forEach(output -> whole(output.name()));
    Set<String> read = new HashSet<>();
    nodes.forEach(node -> read.addAll(Subgraphs.reads(node)));
    from.outputs().forEach(output -> read.add(output.name()));
    constants.keySet().retainAll(read);
    return from.withNodes(nodes).withInitializers(constants);
  }

  void add(Node node) {
    nodes.add(node);
  }

  /**
   * Adds one of several nodes that do a node's work for a piece of its result.
   *
   * @return the name of the piece
   */
  String addPart(Node node, List<String> inputs, Map<String, Attribute> attributes) {
    String value = free(node.output());
    String name = node.name().equals(node.output()) ? value : free(node.name());
    nodes.add(new Node(name, node.op(), node.domain(), inputs, List.of(value), attributes));
    return value;
  }

  /** A name near another one that nothing has yet. */
  private String free(String near) {
    for (int i = 1; ; i++) {
      String name = near + "_part" + i;
      if (names.add(name)) {
        return name;
      }
    }
  }

  Optional<Tensor> constant(String name) {
    return Optional.ofNullable(constants.get(name));
  }

  String addConstant(String near, Tensor tensor) {
    String name = free(near);
    constants.put(name, tensor);
    return name;
  }

  void setPieces(String value, Pieces parts) {
    pieces.put(value, parts);
  }

  /** The pieces of a value that stands in some. */
  Optional<Pieces> pieces(String value) {
    return Optional.ofNullable(pieces.get(value));
  }

  /** The value in one piece: from now on one of this name exists. */
  String whole(String value) {
    Pieces parts = pieces.get(value);
    if (parts != null && joined.add(value)) {
      nodes.add(
          new Node(
              names.add(value + "_joined") ? value + "_joined" : free(value),
              "Concat",
              "",
              parts.list().stream().map(Pieces.Piece::value).toList(),
              List.of(value),
              Map.of("axis", new Attribute.Int(parts.axis()))));
    }
    return value;
  }

  /**
   * Some elements of a value on its unit axis.
   *
   * @param value the value
   * @param axis its unit axis
   * @param length its elements there
   * @param elements which, ascending
   */
  String select(String value, int axis, int length, int[] elements) {
    if (elements.length == length) {
      return whole(value);
    }
    Selection selection = new Selection(value, Arrays.stream(elements).boxed().toList());
    String known = selections.get(selection);
    if (known != null) {
      return known;
    }
    Pieces parts =
        pieces(value)
            .filter(p -> p.axis() == axis)
            .orElseGet(() -> Pieces.whole(whole(value), axis, length));
    List<String> selected = new ArrayList<>();
    int start = 0;
    for (Pieces.Piece piece : parts.list()) {
      int from = start;
      int to = start + piece.length();
      int[] inside =
          Arrays.stream(elements).filter(e -> e >= from && e < to).map(e -> e - from).toArray();
      selected.addAll(cut(piece, axis, inside));
      start = to;
    }
    String all = selected.size() == 1 ? selected.get(0) : concat(value, axis, selected);
    selections.put(selection, all);
    return all;
  }

  private String concat(String near, int axis, List<String> parts) {
    return addPart(
        new Node(near, "Concat", "", List.of(), List.of(near), Map.of()),
        parts,
        Map.of("axis", new Attribute.Int(axis)));
  }

  private List<String> cut(Pieces.Piece piece, int axis, int[] elements) {
    if (elements.length == piece.length()) {
      return List.of(piece.value());
    }
    int[] starts =
        IntStream.range(0, elements.length)
            .filter(i -> i == 0 || elements[i] != elements[i - 1] + 1)
            .toArray();
    if (starts.length > MOST_SLICES) {
      return List.of(gather(piece.value(), axis, elements));
    }
    List<String> slices = new ArrayList<>();
    for (int s = 0; s < starts.length; s++) {
      int last = s + 1 < starts.length ? starts[s + 1] : elements.length;
      slices.add(slice(piece.value(), axis, elements[starts[s]], elements[last - 1] + 1));
    }
    return slices;
  }

  private String gather(String value, int axis, int[] elements) {
    long[] indices = Arrays.stream(elements).asLongStream().toArray();
    String name =
        addConstant(value + "_indices", Tensor.ofLongs(new int[] {indices.length}, indices));
    return addPart(
        new Node(value, "Gather", "", List.of(), List.of(value), Map.of()),
        List.of(value, name),
        Map.of("axis", new Attribute.Int(axis)));
  }

  private String slice(String value, int axis, int from, int to) {
    Node near = new Node(value, "Slice", "", List.of(), List.of(value), Map.of());
    if (this.from.opset() < 10) {
      return addPart(
          near, List.of(value), Map.of("starts", ints(from), "ends", ints(to), "axes", ints(axis)));
    }
    return addPart(
        near,
        List.of(
            value,
            addConstant(value + "_from", scalar(from)),
            addConstant(value + "_to", scalar(to)),
            addConstant(value + "_axis", scalar(axis))),
        Map.of());
  }

  private static Attribute ints(int value) {
    return new Attribute.Ints(List.of((long) value));
  }

  private static Tensor scalar(int value) {
    return Tensor.ofLongs(new int[] {1}, new long[] {value});
  }
}
