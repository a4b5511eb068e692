package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;

/** Protobuf models for tests: y = Relu(x) and pieces to change it with. */
final class Models {
  private Models() {}

  static ModelProto.Builder relu() {
    ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8);
    model.addOpsetImportBuilder().setVersion(17);
    model
        .getGraphBuilder()
        .setName("g")
        .addInput(value("x"))
        .addOutput(value("y"))
        .addNode(node("relu", "Relu", List.of("x"), List.of("y")));
    return model;
  }

  /** A model of given nodes from x to y. */
  static ModelProto.Builder of(NodeProto... nodes) {
    ModelProto.Builder model = relu();
    GraphProto.Builder graph = model.getGraphBuilder().clearNode();
    for (NodeProto node : nodes) {
      graph.addNode(node);
    }
    return model;
  }

  static NodeProto node(String name, String op, List<String> inputs, List<String> outputs) {
    return NodeProto.newBuilder()
        .setName(name)
        .setOpType(op)
        .addAllInput(inputs)
        .addAllOutput(outputs)
        .build();
  }

  static ValueInfoProto value(String name) {
    ValueInfoProto.Builder value = ValueInfoProto.newBuilder().setName(name);
    value.getTypeBuilder().getTensorTypeBuilder().setElemType(ElementType.FLOAT.code());
    return value.build();
  }

  static TensorProto.Builder tensor(String name, ElementType type, long... shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.code());
    for (long dimension : shape) {
      tensor.addDims(dimension);
    }
    return tensor;
  }

  static Graph read(ModelProto.Builder model) {
    return OnnxReader.parse(model.build().toByteArray(), "test.onnx");
  }
}
