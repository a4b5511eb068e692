package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import java.util.Map;
import java.util.Optional;

/** The element types of safetensors files that we can hold, and how the format calls them. */
final class SafetensorsType {
  private static final Map<ElementType, String> NAMES =
      Map.ofEntries(
          Map.entry(ElementType.BOOL, "BOOL"),
          Map.entry(ElementType.UINT8, "U8"),
          Map.entry(ElementType.INT8, "I8"),
          Map.entry(ElementType.UINT16, "U16"),
          Map.entry(ElementType.INT16, "I16"),
          Map.entry(ElementType.FLOAT16, "F16"),
          Map.entry(ElementType.BFLOAT16, "BF16"),
          Map.entry(ElementType.UINT32, "U32"),
          Map.entry(ElementType.INT32, "I32"),
          Map.entry(ElementType.FLOAT, "F32"),
          Map.entry(ElementType.UINT64, "U64"),
          Map.entry(ElementType.INT64, "I64"),
          Map.entry(ElementType.DOUBLE, "F64"),
          Map.entry(ElementType.COMPLEX64, "C64"));

  private SafetensorsType() {}

  /** The type of a name; empty if we cannot hold it, as the 8-bit floats. */
  static Optional<ElementType> find(String name) {
    return NAMES.entrySet().stream()
        .filter(e -> e.getValue().equals(name))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The name of a type; empty if the format has none. */
  static Optional<String> name(ElementType type) {
    return Optional.ofNullable(NAMES.get(type));
  }
}
