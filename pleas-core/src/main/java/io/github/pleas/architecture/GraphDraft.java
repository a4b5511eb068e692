package io.github.pleas.architecture;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/** A graph being built: its nodes so far, and constants that are no parameters. */
final class GraphDraft {
  static final String INPUT = "input";
  static final String OUTPUT = "logits";

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>(Set.of(INPUT, OUTPUT));

  private int inputChannels = -1;
  private int imageSide = -1;

  /** Tells how many channels images have: what the layer that reads them takes. */
  void inputChannels(int channels) {
    inputChannels = channels;
  }

  /** Tells the height and width that images must have. */
  void imageSide(int side) {
    imageSide = side;
  }

  int inputChannels() {
    return inputChannels;
  }

  OptionalInt imageSide() {
    return imageSide < 0 ? OptionalInt.empty() : OptionalInt.of(imageSide);
  }

  /** A node with one output, both named by a label, or by the label and a number if it is taken. */
  String node(String label, String op, Map<String, Attribute> attributes, String... inputs) {
    return nodes(label, op, attributes, 1, inputs).get(0);
  }

  String node(String label, String op, String... inputs) {
    return node(label, op, Map.of(), inputs);
  }

  /** A node with several outputs. */
  List<String> nodes(
      String label, String op, Map<String, Attribute> attributes, int outputs, String... inputs) {
    String name = unused(label);
    List<String> values =
        outputs == 1
            ? List.of(name)
            : IntStream.range(0, outputs).mapToObj(k -> unused(name + "." + k)).toList();
    nodes.add(new Node(name, op, "", Arrays.asList(inputs), values, attributes));
    return values;
  }

  /** A constant that is no parameter, by what it says. */
  String constant(String label, Tensor tensor) {
    String name = unused(label);
    constants.put(name, tensor);
    return name;
  }

  String scalar(String label, float value) {
    return constant(label, Tensor.ofFloats(new int[0], new float[] {value}));
  }

  String longs(String label, long... values) {
    return constant(label, Tensor.ofLongs(new int[] {values.length}, values));
  }

  private String unused(String label) {
    String name = label;
    for (int k = 1; !names.add(name); k++) {
      name = label + "_" + k;
    }
    return name;
  }

  static Attribute ints(long... values) {
    return new Attribute.Ints(Arrays.stream(values).boxed().toList());
  }

  List<Node> nodes() {
    return List.copyOf(nodes);
  }

  Map<String, Tensor> constants() {
    return new LinkedHashMap<>(constants);
  }
}
