package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Map;

/** A {@link Graph} as protobuf; tensors are raw_data, but for those that lie in another file. */
final class ModelEncoder {
  // Since this format version initializers need not be repeated as inputs, and we never do.
  private static final int MIN_IR_VERSION = 4;

  private ModelEncoder() {}

  /**
   * A model.
   *
   * @param data which initializers are stored elsewhere
   */
  static ModelProto model(Graph graph, DataLayout data) {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(Math.max(graph.irVersion(), MIN_IR_VERSION))
            .setProducerName("pleas")
            .setGraph(graphProto(graph, data));
    graph
        .opsets()
        .forEach(
            (domain, version) ->
                model.addOpsetImportBuilder().setDomain(domain).setVersion(version));
    graph
        .metadata()
        .forEach((key, value) -> model.addMetadataPropsBuilder().setKey(key).setValue(value));
    return model.build();
  }

  private static GraphProto graphProto(Graph graph, DataLayout data) {
    GraphProto.Builder proto = GraphProto.newBuilder().setName(graph.name());
    graph.nodes().forEach(node -> proto.addNode(nodeProto(node)));
    graph
        .initializers()
        .forEach(
            (name, tensor) ->
                proto.addInitializer(
                    data.find(name)
                        .map(place -> externalProto(tensor, data.location(), place))
                        .orElseGet(() -> tensorProto(tensor))
                        .setName(name)));
    graph.inputs().forEach(input -> proto.addInput(valueProto(input)));
    graph.outputs().forEach(output -> proto.addOutput(valueProto(output)));
    return proto.build();
  }

  private static NodeProto nodeProto(Node node) {
    NodeProto.Builder proto =
        NodeProto.newBuilder()
            .setName(node.name())
            .setOpType(node.op())
            .addAllInput(node.inputs())
            .addAllOutput(node.outputs());
    if (!node.domain().isEmpty()) {
      proto.setDomain(node.domain());
    }
    for (Map.Entry<String, Attribute> attribute : node.attributes().entrySet()) {
      AttributeProto.Builder value = attributeProto(attribute.getValue());
      if (!value.getName().equals(attribute.getKey())) { // an opaque one has its name already
        value.setName(attribute.getKey());
      }
      proto.addAttribute(value);
    }
    return proto.build();
  }

  private static AttributeProto.Builder attributeProto(Attribute attribute) {
    AttributeProto.Builder proto = AttributeProto.newBuilder();
    if (attribute instanceof Attribute.Int found) {
      return proto.setType(AttributeType.INT).setI(found.value());
    } else if (attribute instanceof Attribute.Float found) {
      return proto.setType(AttributeType.FLOAT).setF(found.value());
    } else if (attribute instanceof Attribute.Text found) {
      return proto.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(found.value()));
    } else if (attribute instanceof Attribute.Ints found) {
      return proto.setType(AttributeType.INTS).addAllInts(found.values());
    } else if (attribute instanceof Attribute.Floats found) {
      return proto.setType(AttributeType.FLOATS).addAllFloats(found.values());
    } else if (attribute instanceof Attribute.Value found) {
      return proto.setType(AttributeType.TENSOR).setT(tensorProto(found.tensor()));
    } else if (attribute instanceof Attribute.Opaque found) {
      return Subgraphs.proto(found).toBuilder();
    }
    throw new IllegalArgumentException("unknown kind of attribute: " + attribute);
  }

  private static TensorProto.Builder tensorProto(Tensor tensor) {
    return shaped(tensor)
        .setRawData(UnsafeByteOperations.unsafeWrap(tensor.bytes())); // bytes() is a copy
  }

  /** A tensor that is stored elsewhere (onnx.proto, TensorProto.external_data). */
  private static TensorProto.Builder externalProto(
      Tensor tensor, String location, DataLayout.Place place) {
    TensorProto.Builder proto = shaped(tensor).setDataLocation(TensorProto.DataLocation.EXTERNAL);
    proto.addExternalDataBuilder().setKey("location").setValue(location);
    proto.addExternalDataBuilder().setKey("offset").setValue(Long.toString(place.offset()));
    proto.addExternalDataBuilder().setKey("length").setValue(Long.toString(place.bytes()));
    return proto;
  }

  private static TensorProto.Builder shaped(Tensor tensor) {
    TensorProto.Builder proto = TensorProto.newBuilder().setDataType(tensor.type().code());
    for (int dimension : tensor.shape()) {
      proto.addDims(dimension);
    }
    return proto;
  }

  private static ValueInfoProto valueProto(ValueInfo value) {
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(value.type().code());
    if (!value.shape().isEmpty()) {
      TensorShapeProto.Builder shape = tensor.getShapeBuilder();
      for (ValueInfo.Dimension dimension : value.shape()) {
        TensorShapeProto.Dimension.Builder axis = shape.addDimBuilder();
        if (!dimension.isFree()) {
          axis.setDimValue(dimension.size());
        } else if (!dimension.symbol().isEmpty()) {
          axis.setDimParam(dimension.symbol());
        }
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(value.name())
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
