package io.github.pleas.architecture;

import io.github.pleas.checkpoint.StateDict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What to tell where a state dict is not of an architecture, or there is no such architecture. */
final class Misfit {
  private static final int LISTED = 10;

  private final String source;
  private final Recognition nearest;
  private final Function<StateDict, Optional<Recognition>> recognise;

  Misfit(String source, Recognition nearest, Function<StateDict, Optional<Recognition>> recognise) {
    this.source = source;
    this.nearest = nearest;
    this.recognise = recognise;
  }

  String message(ArchitectureRequest request, StateDict dict, List<String> known) {
    StringBuilder text = new StringBuilder(source);
    Parameters parameters = nearest.parameters();
    if (request.isAuto()) {
      String kind =
          request.settings().isEmpty()
              ? "is known"
              : "has " + String.join(" and ", request.settings().keySet());
      text.append(" is of no architecture that ")
          .append(kind)
          .append(": ")
          .append(String.join(", ", known))
          .append("; the nearest is ")
          .append(nearest.name());
    } else {
      text.append(" is no ").append(request.name());
    }
    recognise.apply(dict).ifPresent(found -> text.append("; it is a ").append(found.name()));
    text.append(". Beside a ")
        .append(request.isAuto() ? nearest.name() : request.name())
        .append(" in the names of ")
        .append(nearest.scheme())
        .append(" it has:");
    list(text, "missing", parameters.missing());
    list(text, "of another shape", parameters.different());
    list(text, "unexpected", parameters.unexpected());
    return text.toString();
  }

  private static void list(StringBuilder text, String what, List<String> names) {
    if (names.isEmpty()) {
      return;
    }
    text.append("\n  ").append(what).append(" (").append(names.size()).append("):");
    names.stream().limit(LISTED).forEach(name -> text.append("\n    ").append(name));
    if (names.size() > LISTED) {
      text.append("\n    and ").append(names.size() - LISTED).append(" more");
    }
  }

  /** There is no architecture of a name. */
  static String unknown(String name, List<String> known) {
    List<String> byDistance = new ArrayList<>(known);
    byDistance.sort(Comparator.comparingInt(other -> distance(name, other)));
    return "there is no architecture %s; did you mean %s? Known are auto, %s"
        .formatted(name, byDistance.get(0), String.join(", ", known));
  }

  /** How many letters must be put in, taken out or changed (Levenshtein). */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
