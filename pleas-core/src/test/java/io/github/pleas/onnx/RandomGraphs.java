package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Graphs of every kind of attribute and element type, valid in form if not in meaning. */
final class RandomGraphs {
  private final Random random;

  RandomGraphs(long seed) {
    random = new Random(seed);
  }

  Graph graph() {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    for (ElementType type : ElementType.values()) {
      if (type != ElementType.STRING) {
        initializers.put("constant " + type, tensor(type));
      }
    }
    List<ValueInfo> inputs =
        Stream.of(ElementType.values()).map(type -> valueInfo("in " + type, type)).toList();
    List<String> values = new ArrayList<>(initializers.keySet());
    inputs.forEach(input -> values.add(input.name()));
    List<Node> nodes = new ArrayList<>();
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      Node node = node(i, values);
      nodes.add(node);
      node.outputs().stream().filter(output -> !output.isEmpty()).forEach(values::add);
    }
    List<ValueInfo> outputs =
        nodes.get(count - 1).outputs().stream()
            .filter(output -> !output.isEmpty())
            .map(output -> valueInfo(output, pick(List.of(ElementType.values()))))
            .toList();
    Map<String, Integer> opsets = new LinkedHashMap<>();
    opsets.put("", 11 + random.nextInt(14));
    opsets.put("com.example", 1 + random.nextInt(3));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("märk", text());
    metadata.put("empty", "");
    return new Graph(
        text(), inputs, outputs, nodes, initializers, opsets, 4 + random.nextInt(9), metadata);
  }

  Tensor tensor(ElementType type) {
    int[] shape = new int[random.nextInt(4)];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(4);
    }
    byte[] bytes = new byte[(int) Tensor.count(shape) * type.bytes()];
    random.nextBytes(bytes);
    if (type == ElementType.BOOL) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 1;
      }
    }
    return Tensor.ofBytes(type, shape, bytes);
  }

  private Node node(int index, List<String> values) {
    List<String> inputs = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      inputs.add(random.nextInt(4) == 0 ? "" : pick(values));
    }
    List<String> outputs = new ArrayList<>();
    outputs.add("value/" + index);
    if (random.nextBoolean()) {
      outputs.addAll(List.of("", "value/" + index + "b"));
    }
    return new Node(
        "node " + index,
        "Op" + random.nextInt(5),
        pick(List.of("", "com.example")),
        inputs,
        outputs,
        attributes(values));
  }

  private Map<String, Attribute> attributes(List<String> values) {
    Map<String, Attribute> all = new LinkedHashMap<>();
    all.put("int", new Attribute.Int(random.nextLong()));
    all.put("float", new Attribute.Float(random.nextFloat()));
    all.put("text", new Attribute.Text(text()));
    all.put("ints", new Attribute.Ints(random.longs(random.nextInt(4)).boxed().toList()));
    all.put("floats", new Attribute.Floats(List.of(random.nextFloat(), Float.NaN, -0f)));
    all.put("no floats", new Attribute.Floats(List.of()));
    for (ElementType type : ElementType.values()) {
      if (type != ElementType.STRING) {
        all.put("tensor " + type, new Attribute.Value(tensor(type)));
      }
    }
    all.put("strings", strings("strings"));
    all.put("graph", subgraph("graph", pick(values)));
    all.keySet().removeIf(key -> random.nextInt(3) > 0);
    return all;
  }

  private static Attribute strings(String name) {
    return new Attribute.Opaque(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeType.STRINGS)
            .addStrings(ByteString.copyFromUtf8("relu"))
            .build()
            .toByteString());
  }

  /** A branch that hands on an outer value. */
  static Attribute subgraph(String name, String captured) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("branch");
    graph.addNodeBuilder().setOpType("Identity").addInput(captured).addOutput("inner");
    graph.addOutputBuilder().setName("inner");
    return new Attribute.Opaque(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeType.GRAPH)
            .setG(graph)
            .build()
            .toByteString());
  }

  private ValueInfo valueInfo(String name, ElementType type) {
    List<ValueInfo.Dimension> shape = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      shape.add(
          pick(
              List.of(
                  ValueInfo.Dimension.free("batch"),
                  ValueInfo.Dimension.free(""),
                  ValueInfo.Dimension.of(random.nextInt(7)))));
    }
    return new ValueInfo(name, type, shape);
  }

  private String text() {
    return pick(List.of("a", "größe", "two words", "日本", "x/y:0"));
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
