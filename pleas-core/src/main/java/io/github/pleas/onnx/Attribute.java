package io.github.pleas.onnx;

import com.google.protobuf.ByteString;
import java.util.List;

/** The value of a node's attribute. */
public sealed interface Attribute {
  record Int(long value) implements Attribute {}

  record Float(float value) implements Attribute {}

  record Text(String value) implements Attribute {}

  record Ints(List<Long> values) implements Attribute {
    public Ints {
      values = List.copyOf(values);
    }
  }

  record Floats(List<java.lang.Float> values) implements Attribute {
    public Floats {
      values = List.copyOf(values);
    }
  }

  record Value(Tensor tensor) implements Attribute {}

  /**
   * A kind that we carry through unread (subgraphs, sparse tensors, lists of strings): its
   * serialized AttributeProto.
   */
  record Opaque(ByteString proto) implements Attribute {}
}
