package io.github.pleas.report;

import io.github.pleas.eval.Evaluation.Subject;

/** The networks that are compared, as charts show them. */
final class Subjects {
  private Subjects() {}

  /** The colour, by its name in the page's script. */
  static String color(Subject subject) {
    return switch (subject) {
      case A -> "a";
      case B -> "b";
      case OWN -> "soft";
      case ENSEMBLE -> "both";
      case MERGED -> "merged";
    };
  }

  /** The name beside a dot. */
  static String label(Subject subject) {
    return switch (subject) {
      case A -> "A";
      case B -> "B";
      case OWN -> "each on its own";
      case ENSEMBLE -> "both run";
      case MERGED -> "merged";
    };
  }
}
