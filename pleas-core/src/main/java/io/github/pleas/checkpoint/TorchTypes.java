package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import java.util.Map;
import java.util.Optional;

/** PyTorch's names for element types, and for the classes of storages that hold them. */
final class TorchTypes {
  private static final String STORAGE = "Storage";

  private static final Map<String, ElementType> TYPES =
      Map.ofEntries(
          Map.entry("float32", ElementType.FLOAT),
          Map.entry("float64", ElementType.DOUBLE),
          Map.entry("float16", ElementType.FLOAT16),
          Map.entry("bfloat16", ElementType.BFLOAT16),
          Map.entry("int64", ElementType.INT64),
          Map.entry("int32", ElementType.INT32),
          Map.entry("int16", ElementType.INT16),
          Map.entry("int8", ElementType.INT8),
          Map.entry("uint8", ElementType.UINT8),
          Map.entry("uint16", ElementType.UINT16),
          Map.entry("uint32", ElementType.UINT32),
          Map.entry("uint64", ElementType.UINT64),
          Map.entry("bool", ElementType.BOOL),
          Map.entry("complex64", ElementType.COMPLEX64),
          Map.entry("complex128", ElementType.COMPLEX128));

  // The unsigned types are younger than these classes, and have none.
  private static final Map<String, ElementType> STORAGES =
      Map.ofEntries(
          Map.entry("Float", ElementType.FLOAT),
          Map.entry("Double", ElementType.DOUBLE),
          Map.entry("Half", ElementType.FLOAT16),
          Map.entry("BFloat16", ElementType.BFLOAT16),
          Map.entry("Long", ElementType.INT64),
          Map.entry("Int", ElementType.INT32),
          Map.entry("Short", ElementType.INT16),
          Map.entry("Char", ElementType.INT8),
          Map.entry("Byte", ElementType.UINT8),
          Map.entry("Bool", ElementType.BOOL),
          Map.entry("ComplexFloat", ElementType.COMPLEX64),
          Map.entry("ComplexDouble", ElementType.COMPLEX128));

  private TorchTypes() {}

  /** The type that {@code torch.<name>} is; empty if we cannot hold it, or it is none. */
  static Optional<ElementType> type(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  /** The type of the elements of a class of storages, {@code FloatStorage}. */
  static Optional<ElementType> storage(String name) {
    return name.endsWith(STORAGE)
        ? Optional.ofNullable(STORAGES.get(name.substring(0, name.length() - STORAGE.length())))
        : Optional.empty();
  }

  /** How PyTorch calls a type; empty if it has none such. */
  static Optional<String> typeName(ElementType type) {
    return name(TYPES, type);
  }

  /** The class of storages for a type; empty if there is none. */
  static Optional<String> storageName(ElementType type) {
    return name(STORAGES, type).map(name -> name + STORAGE);
  }

  private static Optional<String> name(Map<String, ElementType> names, ElementType type) {
    return names.entrySet().stream()
        .filter(e -> e.getValue() == type)
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
