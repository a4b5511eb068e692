package io.github.pleas.experiment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

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
    List<Pair> all = experiment.pairs();
    List<Scope> scopes = new ArrayList<>();
    for (String group : all.stream().map(pair -> pair.a().group()).distinct().toList()) {
      List<Pair> pairs = all.stream().filter(pair -> pair.a().group().equals(group)).toList();
      if (pairs.size() > 1) {
        scopes.add(new Scope((group.isEmpty() ? "" : group + ", ") + whole(pairs), pairs));
      }
      pairs.forEach(pair -> scopes.add(new Scope(pair.name(), List.of(pair))));
    }
    return scopes;
  }

  private static String whole(List<Pair> pairs) {
    int domains = byDomains(pairs).size();
    return "all %d pairs".formatted(pairs.size())
        + (domains < pairs.size() ? " (%d of domains)".formatted(domains) : "");
  }

  /** The pairs of the same two domains together, in the order of the first ones. */
  Collection<List<Pair>> byDomains() {
    return byDomains(pairs);
  }

  private static Collection<List<Pair>> byDomains(List<Pair> pairs) {
    return pairs.stream()
        .collect(
            Collectors.groupingBy(
                pair -> Set.copyOf(pair.domains()), LinkedHashMap::new, Collectors.toList()))
        .values();
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
