package io.github.pleas.experiment;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Some numbers as one.
 *
 * @param mean of them
 * @param spread their standard deviation (n - 1); none of a single one
 * @param count how many
 */
record Statistic(double mean, OptionalDouble spread, int count) {
  /**
   * Of at least one number.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  static Statistic of(List<Double> values) {
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    if (values.size() == 1) {
      return new Statistic(mean, OptionalDouble.empty(), 1);
    }
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Statistic(
        mean, OptionalDouble.of(Math.sqrt(squares / (values.size() - 1))), values.size());
  }

  /** In percent, with the spread behind it: {@code 93.85 ± 0.21}. */
  String percent() {
    String text = String.format(Locale.ROOT, "%.2f", 100 * mean);
    return spread.isPresent()
        ? text + String.format(Locale.ROOT, " ± %.2f", 100 * spread.getAsDouble())
        : text;
  }
}
