package io.github.pleas.experiment;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object of JSON, read with types. Whatever is not there or of another type is an {@link
 * IllegalArgumentException}.
 */
final class JsonTree {
  private final Map<?, ?> values;

  JsonTree(Map<?, ?> values) {
    this.values = values;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    values.keySet().forEach(key -> keys.add(String.valueOf(key)));
    return keys;
  }

  String text(String key) {
    return as(String.class, values.get(key), key);
  }

  Number number(String key) {
    return as(Number.class, values.get(key), key);
  }

  JsonTree tree(String key) {
    return new JsonTree(as(Map.class, values.get(key), key));
  }

  List<JsonTree> trees(String key) {
    return list(Map.class, key).stream().map(each -> new JsonTree((Map<?, ?>) each)).toList();
  }

  List<String> texts(String key) {
    return list(String.class, key);
  }

  List<Number> numbers(String key) {
    return list(Number.class, key);
  }

  private <T> List<T> list(Class<T> type, String key) {
    List<T> found = new ArrayList<>();
    for (Object each : as(List.class, values.get(key), key)) {
      found.add(as(type, each, key));
    }
    return found;
  }

  private static <T> T as(Class<T> type, @Nullable Object value, String key) {
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(key + " is no " + type.getSimpleName());
    }
    return type.cast(value);
  }
}
