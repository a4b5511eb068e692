package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a pickle can give: data, and nothing that acts. Beside these stand Java's own texts, byte
 * arrays, numbers and booleans. None of them compares or prints what it holds: a pickle can nest
 * deeper than a stack is, and hold itself.
 */
sealed interface Pickled {
  /** Python's None. */
  enum None implements Pickled {
    NONE
  }

  /** A list or a tuple. */
  final class Sequence implements Pickled {
    private final List<Object> items;

    Sequence(List<Object> items) {
      this.items = items;
    }

    /** The items, which may be added to. */
    List<Object> items() {
      return items;
    }
  }

  /** A dictionary: keys and values as they were set, in order. */
  final class Dictionary implements Pickled {
    private final List<Object> keysAndValues = new ArrayList<>(0);

    void put(Object key, Object value) {
      keysAndValues.add(key);
      keysAndValues.add(value);
    }

    int size() {
      return keysAndValues.size() / 2;
    }

    /**
     * The values whose keys are texts, in the order of their keys' first; the last value counts.
     */
    Map<String, Object> named() {
      Map<String, Object> named = new LinkedHashMap<>();
      for (int i = 0; i < keysAndValues.size(); i += 2) {
        if (keysAndValues.get(i) instanceof String key) {
          named.put(key, keysAndValues.get(i + 1));
        }
      }
      return named;
    }
  }

  /** A known constructor, by its name, {@code torch._utils._rebuild_tensor_v2}. */
  record Constructor(String name) implements Pickled {}

  /** A type of storage; empty for one of plain bytes, whose tensors tell their type. */
  record StorageType(Optional<ElementType> type) implements Pickled {}

  /** An element type by itself, {@code torch.float16}; empty for one that we cannot hold. */
  record TypeName(String name, Optional<ElementType> type) implements Pickled {}

  /**
   * Elements that the file holds elsewhere.
   *
   * @param key under which name
   * @param type of its elements; empty if the storage is of plain bytes
   * @param count how many elements, or bytes
   * @param offset the first element within the stored ones of that name
   * @param stored how many elements there are of that name
   */
  record StorageName(String key, Optional<ElementType> type, long count, long offset, long stored)
      implements Pickled {}

  /** A tensor: which elements of which storage. */
  record TensorView(StorageName storage, ElementType type, View view) implements Pickled {}

  /** Something that a state dict does not need; what it was made of is not kept. */
  record Other(String name) implements Pickled {}
}
