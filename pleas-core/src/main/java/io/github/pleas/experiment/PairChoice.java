package io.github.pleas.experiment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Which networks are merged with which, where the file does not say so: within a group, networks of
 * different domains.
 *
 * <p>Where networks have bases, the two of a pair have different ones: they share no more than the
 * architecture. There are then two merges of the domains d and e from the bases x and y, (d from x,
 * e from y) and (d from y, e from x), of four networks.
 */
final class PairChoice {
  private final List<NetworkFile> networks;
  private final Consumer<String> problems;

  /**
   * Of some networks.
   *
   * @param problems told what is wrong with them
   */
  PairChoice(List<NetworkFile> networks, Consumer<String> problems) {
    this.networks = List.copyOf(networks);
    this.problems = problems;
  }

  /** For each two domains of a group one pair, the first in the order of the networks. */
  List<Pair> all() {
    check();
    List<Pair> pairs = new ArrayList<>();
    Set<List<Object>> found = new HashSet<>();
    for (int i = 0; i < networks.size(); i++) {
      NetworkFile a = networks.get(i);
      for (NetworkFile b : networks.subList(i + 1, networks.size())) {
        boolean fits =
            a.group().equals(b.group())
                && !a.domain().equals(b.domain())
                && (a.base().isEmpty() || !a.base().equals(b.base()));
        if (fits && found.add(List.of(a.group(), Set.of(a.domain(), b.domain())))) {
          pairs.add(new Pair(a, b));
        }
      }
    }
    return pairs;
  }

  /** Every network of a group must be the only one of its domain and base. */
  private void check() {
    Set<List<Object>> found = new HashSet<>();
    for (NetworkFile network : networks) {
      boolean mixed =
          networks.stream()
              .anyMatch(
                  other ->
                      other.group().equals(network.group())
                          && other.base().isPresent()
                          && network.base().isEmpty());
      if (mixed) {
        problems.accept(
            "the network '%s' has no base, where others of its group have one; give all of them one, or list pairs"
                .formatted(network.name()));
      }
      if (!found.add(List.of(network.group(), network.domain(), network.base()))) {
        problems.accept(
            "there are several networks for the domain '%s'%s, of which '%s' is one; give their bases, or list pairs"
                .formatted(
                    network.domain().name(),
                    network.base().map(base -> " from the base '" + base + "'").orElse(""),
                    network.name()));
      }
    }
  }

  /**
   * The other order of a pair: the two domains with each other's bases or, without bases, B and A.
   */
  Stream<Pair> other(Pair pair) {
    if (pair.a().base().isEmpty() || pair.b().base().isEmpty()) {
      return Stream.of(new Pair(pair.b(), pair.a()));
    }
    Optional<NetworkFile> a = like(pair.a(), pair.b().base());
    Optional<NetworkFile> b = like(pair.b(), pair.a().base());
    return a.isPresent() && b.isPresent() ? Stream.of(new Pair(a.get(), b.get())) : Stream.empty();
  }

  private Optional<NetworkFile> like(NetworkFile network, Optional<String> base) {
    Optional<NetworkFile> found =
        networks.stream()
            .filter(
                other ->
                    other.group().equals(network.group())
                        && other.domain().equals(network.domain())
                        && other.base().equals(base))
            .findFirst();
    if (found.isEmpty()) {
      problems.accept(
          "both-orders needs a network for the domain '%s' from the base '%s' beside '%s'"
              .formatted(network.domain().name(), base.orElse(""), network.name()));
    }
    return found;
  }
}
