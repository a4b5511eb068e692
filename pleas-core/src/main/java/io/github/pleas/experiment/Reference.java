package io.github.pleas.experiment;

import io.github.pleas.eval.Evaluation.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What merged networks are compared with.
 *
 * @param name as tables have it
 * @param cost in originals
 * @param value of a metric, from 0 to 1
 */
record Reference(String name, int cost, double value) {
  /** Those of a metric that are defined; single originals for single pairs only. */
  static List<Reference> of(Summary summary, Scope scope, Metric metric) {
    List<Reference> found = new ArrayList<>();
    if (scope.isSingle()) {
      Pair pair = scope.pairs().get(0);
      boolean own = summary.experiment().separate();
      add(
          found,
          pair.a().name() + (own ? " (its own classes)" : ""),
          1,
          summary.reference(scope, Subject.A, metric));
      add(
          found,
          pair.b().name() + (own ? " (its own classes)" : ""),
          1,
          summary.reference(scope, Subject.B, metric));
    }
    int pairs = summary.pairs(scope);
    String some =
        pairs < scope.pairs().size()
            ? " (n = %d of %d pairs)".formatted(pairs, scope.pairs().size())
            : "";
    add(
        found,
        "each original on its own domain" + some,
        2,
        summary.reference(scope, Subject.OWN, metric));
    add(found, "ensemble of both" + some, 2, summary.reference(scope, Subject.ENSEMBLE, metric));
    return found;
  }

  private static void add(List<Reference> to, String name, int cost, OptionalDouble value) {
    value.ifPresent(found -> to.add(new Reference(name, cost, found)));
  }
}
