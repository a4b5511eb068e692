package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import com.google.protobuf.ByteString;

/** Attributes of nodes out of AttributeProto. Kinds that we do not look into stay serialized. */
final class AttributeReader {
  private final Source source;
  private final TensorReader tensors;

  AttributeReader(Source source, TensorReader tensors) {
    this.source = source;
    this.tensors = tensors;
  }

  /**
   * Reads an attribute.
   *
   * @param what the attribute, as messages call it: {@code attribute "pads" of node "Conv_0"}
   */
  Attribute read(AttributeProto proto, String what) {
    if (!proto.getRefAttrName().isEmpty()) {
      throw source.refuse(what + " refers to a parameter of a function, and is in none");
    }
    return switch (kind(proto)) {
      case INT -> new Attribute.Int(proto.getI());
      case FLOAT -> new Attribute.Float(proto.getF());
      case INTS -> new Attribute.Ints(proto.getIntsList());
      case FLOATS -> new Attribute.Floats(proto.getFloatsList());
      case STRING -> text(proto, what);
      case TENSOR -> tensor(proto, what);
      default -> opaque(proto, what);
    };
  }

  /** The declared kind; files before format version 2 declare none, there the content tells. */
  private static AttributeType kind(AttributeProto proto) {
    if (proto.getType() != AttributeType.UNDEFINED) {
      return proto.getType();
    }
    if (proto.hasI()) {
      return AttributeType.INT;
    }
    if (proto.hasF()) {
      return AttributeType.FLOAT;
    }
    if (proto.hasS()) {
      return AttributeType.STRING;
    }
    if (proto.hasT()) {
      return AttributeType.TENSOR;
    }
    if (proto.getIntsCount() > 0) {
      return AttributeType.INTS;
    }
    return proto.getFloatsCount() > 0 ? AttributeType.FLOATS : AttributeType.UNDEFINED;
  }

  private Attribute text(AttributeProto proto, String what) {
    ByteString bytes = proto.getS();
    return bytes.isValidUtf8() ? new Attribute.Text(bytes.toStringUtf8()) : opaque(proto, what);
  }

  private Attribute tensor(AttributeProto proto, String what) {
    if (!proto.hasT()) {
      throw source.refuse(what + " should hold a tensor, but holds none");
    }
    return TensorReader.canHold(proto.getT())
        ? new Attribute.Value(tensors.read(proto.getT(), what))
        : opaque(proto, what);
  }

  private Attribute opaque(AttributeProto proto, String what) {
    if (Subgraphs.hasExternalData(proto)) {
      throw source.refuse(
          what
              + " holds constants stored in another file, which cannot be carried over; save the"
              + " model as one file");
    }
    return new Attribute.Opaque(proto.toByteString());
  }
}
