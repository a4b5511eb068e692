package io.github.pleas.cli;

import io.github.pleas.Words;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The words of an option that takes one of a few, in lower case as help shows them. */
final class WordConverter<E extends Enum<E>> implements ITypeConverter<E> {
  private final Class<E> type;

  WordConverter(Class<E> type) {
    this.type = type;
  }

  @Override
  public E convert(String text) {
    return Words.value(type, text.toLowerCase(Locale.ROOT))
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "expected "
                        + Words.all(type).replace(", ", " or ")
                        + ", found '"
                        + text
                        + "'"));
  }

  /** How a value is written: {@code leave-one-out}. */
  static String word(Enum<?> value) {
    return Words.of(value);
  }
}
