package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The graphs inside nodes (the branches of an If, the body of a Loop), which we carry unread. Only
 * one thing about them matters outside: which outer values they use without listing them as inputs.
 */
public final class Subgraphs {
  private Subgraphs() {}

  /**
   * The values of the enclosing graph that the subgraphs of a node use, in the order of their first
   * use; empty for a node without subgraphs.
   *
   * @throws IllegalArgumentException if an opaque attribute is not a serialized AttributeProto
   */
  public static Set<String> captures(Node node) {
    Set<String> captured = new LinkedHashSet<>();
    for (Attribute attribute : node.attributes().values()) {
      if (attribute instanceof Attribute.Opaque opaque) {
        collect(proto(opaque), captured);
      }
    }
    return captured;
  }

  /**
   * Every value of the enclosing graph that a node reads: its inputs, and what its subgraphs use.
   *
   * @throws IllegalArgumentException if an opaque attribute is not a serialized AttributeProto
   */
  public static Set<String> reads(Node node) {
    Set<String> read = new LinkedHashSet<>(node.inputs());
    read.addAll(captures(node));
    read.remove("");
    return read;
  }

  /** An opaque attribute as protobuf. */
  static AttributeProto proto(Attribute.Opaque opaque) {
    try {
      return AttributeProto.parseFrom(opaque.proto());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("an opaque attribute is not an AttributeProto", e);
    }
  }

  /** Whether an attribute holds, at any depth, a tensor whose bytes are in another file. */
  static boolean hasExternalData(AttributeProto attribute) {
    return tensors(attribute).anyMatch(TensorReader::isExternal)
        || graphs(attribute).anyMatch(Subgraphs::hasExternalData);
  }

  private static boolean hasExternalData(GraphProto graph) {
    return graph.getInitializerList().stream().anyMatch(TensorReader::isExternal)
        || graph.getSparseInitializerList().stream()
            .flatMap(Subgraphs::parts)
            .anyMatch(TensorReader::isExternal)
        || graph.getNodeList().stream()
            .flatMap(node -> node.getAttributeList().stream())
            .anyMatch(Subgraphs::hasExternalData);
  }

  private static Stream<TensorProto> tensors(AttributeProto attribute) {
    Stream<SparseTensorProto> sparse =
        Stream.concat(
            Stream.of(attribute.getSparseTensor()), attribute.getSparseTensorsList().stream());
    return Stream.concat(
        Stream.concat(Stream.of(attribute.getT()), attribute.getTensorsList().stream()),
        sparse.flatMap(Subgraphs::parts));
  }

  private static Stream<TensorProto> parts(SparseTensorProto sparse) {
    return Stream.of(sparse.getValues(), sparse.getIndices());
  }

  private static Stream<GraphProto> graphs(AttributeProto attribute) {
    return attribute.hasG()
        ? Stream.concat(Stream.of(attribute.getG()), attribute.getGraphsList().stream())
        : attribute.getGraphsList().stream();
  }

  private static void collect(AttributeProto attribute, Set<String> captured) {
    graphs(attribute).forEach(graph -> collect(graph, captured));
  }

  private static void collect(GraphProto graph, Set<String> captured) {
    Set<String> used = new LinkedHashSet<>();
    Set<String> local = new LinkedHashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      used.addAll(node.getInputList());
      node.getAttributeList().forEach(attribute -> collect(attribute, used));
      local.addAll(node.getOutputList());
    }
    graph.getOutputList().stream().map(ValueInfoProto::getName).forEach(used::add);
    graph.getInputList().stream().map(ValueInfoProto::getName).forEach(local::add);
    graph.getInitializerList().stream().map(TensorProto::getName).forEach(local::add);
    graph.getSparseInitializerList().stream()
        .map(sparse -> sparse.getValues().getName())
        .forEach(local::add);
    used.removeAll(local);
    used.remove("");
    captured.addAll(used);
  }
}
