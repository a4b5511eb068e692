package io.github.pleas.report;

import io.github.pleas.eval.Accuracy;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Numbers as the page writes them. */
final class Numbers {
  static final String NONE = "–";

  private Numbers() {}

  static String percent(double share) {
    return Double.isNaN(share) ? NONE : format("%.2f %%", 100 * share);
  }

  static String percent(OptionalDouble share) {
    return share.isPresent() ? percent(share.getAsDouble()) : NONE;
  }

  static String percent(Optional<Accuracy> accuracy) {
    return accuracy.filter(a -> a.images() > 0).map(a -> percent(a.rate())).orElse(NONE);
  }

  /** An interval that holds a share with 95 % confidence. */
  static String interval(Accuracy.Interval interval) {
    return format("%.2f to %.2f", 100 * interval.low(), 100 * interval.high());
  }

  /** Percentage points, with a sign. */
  static String points(double share) {
    return format("%+.2f", 100 * share).replace('-', '−');
  }

  static String count(long number) {
    return format("%,d", number);
  }

  static String ratio(double value) {
    return format("%.3f", value);
  }

  static String times(double value) {
    return format("%.2f×", value);
  }

  static String seconds(double value) {
    return format(value < 10 ? "%.2f s" : "%.1f s", value);
  }

  /** Megabytes of a million bytes. */
  static String megabytes(long bytes) {
    return format(bytes < 10_000_000 ? "%.2f MB" : "%,.0f MB", bytes / 1e6);
  }

  /** To so many digits behind the point, as charts get them. */
  static double rounded(double value, int digits) {
    if (!Double.isFinite(value)) {
      return value; // which a chart leaves out
    }
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }

  static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
