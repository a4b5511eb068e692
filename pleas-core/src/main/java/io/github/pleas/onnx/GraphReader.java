package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A {@link Graph} out of GraphProto, checked for all that a graph promises. */
final class GraphReader {
  private final Source source;
  private final TensorReader tensors;
  private final AttributeReader attributes;
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();

  GraphReader(Source source) {
    this.source = source;
    this.tensors = new TensorReader(source);
    this.attributes = new AttributeReader(source, tensors);
  }

  Graph read(
      GraphProto proto, Map<String, Integer> opsets, int irVersion, Map<String, String> metadata) {
    readInitializers(proto);
    ValueInfoReader values = new ValueInfoReader(source);
    List<ValueInfo> inputs = values.readInputs(proto.getInputList(), initializers.keySet());
    Set<String> given = inputs.stream().map(ValueInfo::name).collect(Collectors.toSet());
    List<Node> nodes = readNodes(proto, opsets, given);
    if (nodes.isEmpty()) {
      throw source.refuse("has no nodes that compute anything");
    }
    given.addAll(initializers.keySet());
    List<Node> sorted = new NodeOrder(nodes, given, source).sorted();
    nodes.forEach(node -> given.addAll(node.outputs()));
    List<ValueInfo> outputs = values.readOutputs(proto.getOutputList(), given);
    return new Graph(
        proto.getName(), inputs, outputs, sorted, initializers, opsets, irVersion, metadata);
  }

  private void readInitializers(GraphProto proto) {
    if (proto.getSparseInitializerCount() > 0) {
      throw source.refuse(
          "has sparse initializers ("
              + proto.getSparseInitializerList().stream()
                  .map(sparse -> sparse.getValues().getName())
                  .collect(Collectors.joining(", "))
              + "), which are not supported; store them densely");
    }
    for (TensorProto tensor : proto.getInitializerList()) {
      if (tensor.getName().isEmpty()) {
        throw source.refuse("has an initializer without a name");
      }
      String what = "initializer \"" + tensor.getName() + "\"";
      if (initializers.put(tensor.getName(), tensors.read(tensor, what)) != null) {
        throw source.refuse(what + " is there twice");
      }
    }
  }

  private List<Node> readNodes(
      GraphProto proto, Map<String, Integer> opsets, Set<String> inputNames) {
    List<String> names = nodeNames(proto.getNodeList());
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < proto.getNodeCount(); i++) {
      Node node = readNode(proto.getNode(i), names.get(i), opsets);
      Optional<Tensor> constant = constant(node);
      if (constant.isEmpty()) {
        nodes.add(node);
      } else if (inputNames.contains(node.output())
          || initializers.put(node.output(), constant.get()) != null) {
        throw source.refuse(
            "the value \""
                + node.output()
                + "\" is produced twice, once by the Constant node \""
                + node.name()
                + "\"");
      }
    }
    return nodes;
  }

  private Node readNode(NodeProto proto, String name, Map<String, Integer> opsets) {
    String what = "node \"" + name + "\"";
    if (proto.getOpType().isEmpty()) {
      throw source.refuse(what + " names no operator");
    }
    if (proto.getOutputList().stream().allMatch(String::isEmpty)) {
      throw source.refuse(what + " (" + proto.getOpType() + ") has no output");
    }
    boolean standard = proto.getDomain().equals("ai.onnx");
    if (!standard && !opsets.containsKey(proto.getDomain())) {
      throw source.refuse(
          what
              + " ("
              + proto.getOpType()
              + ") is of the operator set \""
              + proto.getDomain()
              + "\", of which the model declares no version; it may be cut off");
    }
    Map<String, Attribute> found = new LinkedHashMap<>();
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.getName().isEmpty()) {
        throw source.refuse(what + " has an attribute without a name");
      }
      String attributeName = "attribute \"" + attribute.getName() + "\" of " + what;
      if (found.put(attribute.getName(), attributes.read(attribute, attributeName)) != null) {
        throw source.refuse(attributeName + " is there twice");
      }
    }
    return new Node(
        name,
        proto.getOpType(),
        proto.getDomain(),
        proto.getInputList(),
        proto.getOutputList(),
        found);
  }

  /** The names that nodes get: their own where they have one that no node before them has. */
  private static List<String> nodeNames(List<NodeProto> nodes) {
    Set<String> taken = nodes.stream().map(NodeProto::getName).collect(Collectors.toSet());
    Set<String> given = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      String name = nodes.get(i).getName();
      if (name.isEmpty() || !given.add(name)) {
        String base = (name.isEmpty() ? nodes.get(i).getOpType() : name) + "_" + i;
        name = base;
        while (!taken.add(name)) {
          name = name + "_";
        }
      }
      names.add(name);
    }
    return names;
  }

  /** The tensor that a Constant node stands for; empty for other nodes and for strings. */
  private static Optional<Tensor> constant(Node node) {
    if (!node.is("Constant") || node.outputs().size() != 1 || node.attributes().size() != 1) {
      return Optional.empty();
    }
    Map.Entry<String, Attribute> entry = node.attributes().entrySet().iterator().next();
    Attribute value = entry.getValue();
    return switch (entry.getKey()) {
      case "value" ->
          value instanceof Attribute.Value found ? Optional.of(found.tensor()) : Optional.empty();
      case "value_int" ->
          value instanceof Attribute.Int found
              ? Optional.of(Tensor.ofLongs(new int[0], new long[] {found.value()}))
              : Optional.empty();
      case "value_float" ->
          value instanceof Attribute.Float found
              ? Optional.of(Tensor.ofFloats(new int[0], new float[] {found.value()}))
              : Optional.empty();
      case "value_ints" ->
          value instanceof Attribute.Ints found ? Optional.of(longs(found)) : Optional.empty();
      case "value_floats" ->
          value instanceof Attribute.Floats found ? Optional.of(floats(found)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Tensor longs(Attribute.Ints ints) {
    long[] values = ints.values().stream().mapToLong(Long::longValue).toArray();
    return Tensor.ofLongs(new int[] {values.length}, values);
  }

  private static Tensor floats(Attribute.Floats floats) {
    float[] values = new float[floats.values().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats.values().get(i);
    }
    return Tensor.ofFloats(new int[] {values.length}, values);
  }
}
