package io.github.pleas.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The pairs that a table is about: one, or all of a group.
 *
 * @param title as readers have it
 * @param pairs at least one
 */
record Scope(String title, List<Pair> pairs) {
  Scope {
    pairs = List.copyOf(pairs);
  }

  /** For each group all its pairs, if there are several, and then each pair. */
  static List<Scope> of(Experiment experiment) {
    List<Pair> all = experiment.pairs().stream().distinct().toList();
    List<Scope> scopes = new ArrayList<>();
    for (String group : all.stream().map(pair -> pair.a().group()).distinct().toList()) {
      List<Pair> pairs = all.stream().filter(pair -> pair.a().group().equals(group)).toList();
      if (pairs.size() > 1) {
        String prefix = group.isEmpty() ? "" : group + ", ";
        scopes.add(new Scope("%sall %d pairs".formatted(prefix, pairs.size()), pairs));
      }
      pairs.forEach(pair -> scopes.add(new Scope(pair.name(), List.of(pair))));
    }
    return scopes;
  }

  boolean isSingle() {
    return pairs.size() == 1;
  }

  /** The title as part of a file's name. */
  String slug() {
    String slug = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return slug.replaceAll("^-|-$", "");
  }
}
