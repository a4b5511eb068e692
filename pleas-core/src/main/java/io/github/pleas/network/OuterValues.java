package io.github.pleas.network;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.InvalidProtocolBufferException;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import java.util.LinkedHashSet;
import java.util.Set;

/** The values of the enclosing graph that a control flow node's subgraphs use without naming them as inputs. */
final class OuterValues {
  private OuterValues() {}

  /** Every name that the subgraphs of a node read; a superset of the captured values. */
  static Set<String> of(Node node) {
    Set<String> names = new LinkedHashSet<>();
    for (Attribute attribute : node.attributes().values()) {
      if (attribute instanceof Attribute.Opaque opaque) {
        try {
          collect(OnnxMl.AttributeProto.parseFrom(opaque.proto()), names);
        } catch (InvalidProtocolBufferException e) {
          throw new PleasException("an attribute of node '" + node.name() + "' does not parse", e);
        }
      }
    }
    return names;
  }

  private static void collect(OnnxMl.AttributeProto attribute, Set<String> names) {
    if (attribute.hasG()) {
      collect(attribute.getG(), names);
    }
    attribute.getGraphsList().forEach(graph -> collect(graph, names));
  }

  private static void collect(OnnxMl.GraphProto graph, Set<String> names) {
    for (OnnxMl.NodeProto node : graph.getNodeList()) {
      names.addAll(node.getInputList());
      node.getAttributeList().forEach(attribute -> collect(attribute, names));
    }
    graph.getOutputList().forEach(output -> names.add(output.getName()));
  }
}
