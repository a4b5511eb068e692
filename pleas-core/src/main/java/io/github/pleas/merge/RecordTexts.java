package io.github.pleas.merge;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A record's fields as texts, those of records in it by {@code outer.inner}, so that an option that
 * somebody adds is never left out.
 */
final class RecordTexts {
  private RecordTexts() {}

  static Map<String, String> of(Record record) {
    Map<String, String> texts = new LinkedHashMap<>();
    add(texts, "", record);
    return texts;
  }

  private static void add(Map<String, String> texts, String prefix, Record record) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String name = prefix + component.getName();
      Object value = present(value(record, component));
      if (value instanceof Record inner) {
        add(texts, name + ".", inner);
      } else if (value.getClass().isArray()) {
        throw new IllegalStateException(name + " is an array, of which the text says nothing");
      } else {
        texts.put(name, value.toString());
      }
    }
  }

  /** What is in it, if it may be empty; then an empty text. */
  private static Object present(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.isPresent() ? optional.get() : "";
    }
    if (value instanceof OptionalDouble optional) {
      return optional.isPresent() ? optional.getAsDouble() : "";
    }
    if (value instanceof OptionalInt optional) {
      return optional.isPresent() ? optional.getAsInt() : "";
    }
    return value;
  }

  private static Object value(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a public record's field cannot be read: " + component, e);
    }
  }
}
