package io.github.pleas.experiment;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Datasets;
import io.github.pleas.network.Names;
import io.github.pleas.yaml.Problems;
import io.github.pleas.yaml.YamlNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the part of an experiment's file that says what is merged with what. */
final class NetworksReader {
  private final Fields root;
  private final Problems problems;
  private final Folders folders;
  private final Map<String, Domain> domains = new LinkedHashMap<>();
  private final Map<String, NetworkFile> networks = new LinkedHashMap<>();

  NetworksReader(Fields root, Problems problems, Folders folders) {
    this.root = root;
    this.problems = problems;
    this.folders = folders;
    readDomains();
    readNetworks();
  }

  private void readDomains() {
    if (root.node("domains").isEmpty()) {
      root.problem("domains", "is missing: what networks were trained on, by name");
    }
    Fields all = root.fields("domains");
    for (String name : all.keys()) {
      Optional<YamlNode> node = all.node(name);
      Optional<String> data;
      Optional<String> test = Optional.empty();
      if (node.isPresent() && node.get() instanceof YamlNode.Mapping) {
        Fields fields = all.fields(name);
        data = fields.required("data", "where its images are");
        test = fields.text("test");
        fields.end();
      } else {
        data = all.text(name);
      }
      int line = all.line(name);
      Optional<DataLocation> place = data.flatMap(d -> folders.location(d, line, all.path(name)));
      Optional<DataLocation> other = test.flatMap(t -> folders.location(t, line, all.path(name)));
      if (place.isPresent()) {
        Domain domain = new Domain(name, place.get(), other.orElse(place.get()), line);
        requireThere(domain, all.path(name));
        domains.put(name, domain);
      }
    }
  }

  private void requireThere(Domain domain, String key) {
    for (DataLocation location : new LinkedHashSet<>(List.of(domain.data(), domain.test()))) {
      try {
        Datasets.requireThere(location);
      } catch (InvalidInputException e) {
        problems.add(domain.line(), key, String.valueOf(e.getMessage()));
      }
    }
  }

  private void readNetworks() {
    if (root.node("networks").isEmpty()) {
      root.problem("networks", "is missing: model files and their domains, by name");
    }
    Fields all = root.fields("networks");
    for (String name : all.keys()) {
      Fields fields = all.fields(name);
      Optional<Path> file =
          fields
              .required("file", "the model")
              .flatMap(text -> folders.path(text, fields.line("file"), fields.path("file")));
      Optional<Domain> domain =
          fields
              .required("domain", "what it was trained on")
              .flatMap(text -> domain(text, fields.line("domain"), fields.path("domain")));
      String group = fields.text("group").orElse("");
      Optional<String> base = fields.text("base");
      fields.end();
      if (file.isPresent() && !Files.isRegularFile(file.get())) {
        fields.problem("file", "there is no file " + file.get());
      }
      if (file.isPresent() && domain.isPresent()) {
        networks.put(
            name, new NetworkFile(name, file.get(), domain.get(), group, base, all.line(name)));
      }
    }
  }

  private Optional<Domain> domain(String name, int line, String path) {
    Optional<Domain> found = Optional.ofNullable(domains.get(name));
    if (found.isEmpty()) {
      problems.add(line, path, "there is no domain '" + name + "'" + near(name, domains));
    }
    return found;
  }

  private static String near(String name, Map<String, ?> names) {
    return names.isEmpty() ? "" : "; names near it are " + Names.nearest(name, names.keySet());
  }

  /** The one domain that a key names, if it is there. */
  Optional<Domain> domain(String key) {
    return root.text(key).flatMap(name -> domain(name, root.line(key), root.path(key)));
  }

  /**
   * The domains that are measured beside a pair's own: {@code own} (none), {@code all}, or some.
   */
  List<Domain> evaluated(String key) {
    List<String> names = root.texts(key);
    if (names.isEmpty() || names.equals(List.of("own"))) {
      return List.of();
    }
    return names.equals(List.of("all"))
        ? List.copyOf(domains.values())
        : names.stream()
            .flatMap(name -> domain(name, root.line(key), root.path(key)).stream())
            .toList();
  }

  /** The pairs: those that {@link PairChoice} finds, or those of a list, without repetition. */
  List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    PairChoice choice =
        new PairChoice(List.copyOf(networks.values()), what -> root.problem("pairs", what));
    Optional<YamlNode> node = root.node("pairs");
    if (node.isPresent() && node.get() instanceof YamlNode.Sequence list) {
      list.items().forEach(item -> pair(item).ifPresent(pairs::add));
    } else if (root.text("pairs").orElse("all").equals("all")) {
      pairs.addAll(choice.all());
    } else {
      root.problem("pairs", "expected all, or a list of pairs as in [[first, second]]");
    }
    boolean both = root.yes("both-orders");
    return pairs.stream()
        .flatMap(
            pair -> both ? Stream.concat(Stream.of(pair), choice.other(pair)) : Stream.of(pair))
        .distinct()
        .toList();
  }

  private Optional<Pair> pair(YamlNode item) {
    if (!(item instanceof YamlNode.Sequence two && two.items().size() == 2)) {
      problems.add(item.line(), "pairs", "expected two networks, as in [first, second]");
      return Optional.empty();
    }
    List<NetworkFile> found = new ArrayList<>();
    for (YamlNode each : two.items()) {
      String name = each instanceof YamlNode.Scalar scalar ? scalar.text() : each.kind();
      Optional.ofNullable(networks.get(name))
          .ifPresentOrElse(
              found::add,
              () ->
                  problems.add(
                      each.line(),
                      "pairs",
                      "there is no network '" + name + "'" + near(name, networks)));
    }
    return found.size() == 2 ? Optional.of(new Pair(found.get(0), found.get(1))) : Optional.empty();
  }
}
