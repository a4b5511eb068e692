package io.github.pleas.cli;

import java.util.Locale;

/** Numbers as outputs write them. */
final class Outcomes {
  private Outcomes() {}

  static String digits(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
