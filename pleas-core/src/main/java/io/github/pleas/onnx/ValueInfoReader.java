package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The declared inputs and outputs of a graph out of ValueInfoProto; only tensors are taken. */
final class ValueInfoReader {
  private final Source source;

  ValueInfoReader(Source source) {
    this.source = source;
  }

  /** The inputs that the user feeds: those that no initializer gives a value. */
  List<ValueInfo> readInputs(List<ValueInfoProto> protos, Set<String> initializers) {
    List<ValueInfo> inputs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ValueInfoProto proto : protos) {
      requireNew(proto, "input", names);
      if (!initializers.contains(proto.getName())) {
        inputs.add(read(proto, "input \"" + proto.getName() + "\""));
      }
    }
    return inputs;
  }

  /** The outputs, each of which must be among the values that exist. */
  List<ValueInfo> readOutputs(List<ValueInfoProto> protos, Set<String> values) {
    if (protos.isEmpty()) {
      throw source.refuse("has no outputs");
    }
    List<ValueInfo> outputs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ValueInfoProto proto : protos) {
      requireNew(proto, "output", names);
      if (!values.contains(proto.getName())) {
        throw source.refuse("nothing produces the output \"" + proto.getName() + "\"");
      }
      outputs.add(read(proto, "output \"" + proto.getName() + "\""));
    }
    return outputs;
  }

  private void requireNew(ValueInfoProto proto, String kind, Set<String> names) {
    if (proto.getName().isEmpty()) {
      throw source.refuse("has an " + kind + " without a name");
    }
    if (!names.add(proto.getName())) {
      throw source.refuse(kind + " \"" + proto.getName() + "\" is there twice");
    }
  }

  private ValueInfo read(ValueInfoProto proto, String what) {
    TypeProto type = proto.getType();
    if (!type.hasTensorType()) {
      throw source.refuse(
          what
              + switch (type.getValueCase()) {
                case SEQUENCE_TYPE -> " is a sequence";
                case OPTIONAL_TYPE -> " is an optional value";
                case MAP_TYPE -> " is a map";
                case SPARSE_TENSOR_TYPE -> " is a sparse tensor";
                default -> " declares no type";
              }
              + ", expected a tensor");
    }
    int code = type.getTensorType().getElemType();
    ElementType element =
        ElementType.find(code)
            .orElseThrow(
                () ->
                    source.refuse(what + " has element type " + code + ", which is not supported"));
    List<ValueInfo.Dimension> shape = new ArrayList<>();
    for (TensorShapeProto.Dimension dimension : type.getTensorType().getShape().getDimList()) {
      shape.add(dimension(dimension));
    }
    return new ValueInfo(proto.getName(), element, shape);
  }

  // Some exporters write -1 where a dimension is free.
  private static ValueInfo.Dimension dimension(TensorShapeProto.Dimension proto) {
    return proto.hasDimValue() && proto.getDimValue() >= 0
        ? ValueInfo.Dimension.of(proto.getDimValue())
        : ValueInfo.Dimension.free(proto.getDimParam());
  }
}
