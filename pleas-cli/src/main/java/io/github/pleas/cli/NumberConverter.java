package io.github.pleas.cli;

import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Numbers of options, with a message that says how one is written: people write decimal commas,
 * percent signs and thousands in groups.
 *
 * @param <N> the kind of number
 */
final class NumberConverter<N extends Number> implements ITypeConverter<N> {
  private final Function<String, N> parse;
  private final String expected;

  private NumberConverter(Function<String, N> parse, String expected) {
    this.parse = parse;
    this.expected = expected;
  }

  /** Numbers with a decimal point. */
  static NumberConverter<Double> decimal() {
    return new NumberConverter<>(Double::valueOf, "a number, such as 1.5");
  }

  /** Whole numbers. */
  static NumberConverter<Integer> whole() {
    return new NumberConverter<>(
        Integer::valueOf,
        "a whole number of at most " + Integer.MAX_VALUE + " without separators, such as 1000");
  }

  /** Whole numbers of more digits. */
  static NumberConverter<Long> large() {
    return new NumberConverter<>(Long::valueOf, "a whole number without separators, such as 1000");
  }

  @Override
  public N convert(String text) {
    try {
      return parse.apply(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("expected " + expected + ", found '" + text + "'");
    }
  }
}
