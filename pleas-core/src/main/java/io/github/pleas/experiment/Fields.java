package io.github.pleas.experiment;

import io.github.pleas.Words;
import io.github.pleas.network.Names;
import io.github.pleas.yaml.Problems;
import io.github.pleas.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The values under some keys of a YAML file. What is asked for is known; at the end, what is there
 * beside it is a problem. Every problem is noted, and reading goes on.
 */
final class Fields {
  private final YamlNode.Mapping mapping;
  private final String path;
  private final Problems problems;
  private final Set<String> known = new LinkedHashSet<>();

  private Fields(YamlNode.Mapping mapping, String path, Problems problems) {
    this.mapping = mapping;
    this.path = path;
    this.problems = problems;
  }

  /**
   * The fields of a node.
   *
   * @param path the keys that lead to it, with dots; empty for a file's root
   */
  static Fields of(YamlNode node, String path, Problems problems) {
    if (node instanceof YamlNode.Mapping mapping) {
      return new Fields(mapping, path, problems);
    }
    if (!(node instanceof YamlNode.Scalar scalar && scalar.empty())) {
      problems.add(node.line(), path, "expected keys with values, found " + node.kind());
    }
    return new Fields(new YamlNode.Mapping(node.line(), Map.of(), Map.of()), path, problems);
  }

  /** The line where these fields begin. */
  int line() {
    return mapping.line();
  }

  /** The line of a key, or of the whole where it is not there. */
  int line(String key) {
    return mapping.lines().getOrDefault(key, mapping.line());
  }

  Set<String> keys() {
    return mapping.entries().keySet();
  }

  /** Where a key is, for messages. */
  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  void problem(String key, String what) {
    problems.add(line(key), path(key), what);
  }

  Optional<YamlNode> node(String key) {
    known.add(key);
    return Optional.ofNullable(mapping.entries().get(key));
  }

  /** The fields under a key; none if it is not there. */
  Fields fields(String key) {
    return node(key)
        .map(node -> of(node, path(key), problems))
        .orElseGet(
            () ->
                new Fields(
                    new YamlNode.Mapping(mapping.line(), Map.of(), Map.of()), path(key), problems));
  }

  Optional<String> text(String key) {
    return node(key).flatMap(node -> text(node, path(key)));
  }

  private Optional<String> text(YamlNode node, String where) {
    if (node instanceof YamlNode.Scalar scalar && !scalar.empty()) {
      return Optional.of(scalar.text());
    }
    problems.add(node.line(), where, "expected a value, found " + node.kind());
    return Optional.empty();
  }

  /** A text that must be there. */
  Optional<String> required(String key, String meaning) {
    Optional<YamlNode> node = node(key);
    if (node.isEmpty()) {
      problems.add(mapping.line(), path, "the key '" + key + "' is missing: " + meaning);
    }
    return node.flatMap(found -> text(found, path(key)));
  }

  <E extends Enum<E>> Optional<E> word(String key, Class<E> type) {
    return text(key).flatMap(text -> word(text, key, type));
  }

  <E extends Enum<E>> Optional<E> word(String text, String key, Class<E> type) {
    Optional<E> value = Words.value(type, text);
    if (value.isEmpty()) {
      problem(key, "expected one of " + Words.all(type) + ", found '" + text + "'");
    }
    return value;
  }

  Optional<Integer> integer(String key) {
    return convert(key, "a whole number", Integer::valueOf);
  }

  Optional<Double> number(String key) {
    return convert(key, "a number", Double::valueOf);
  }

  private <T> Optional<T> convert(String key, String what, Function<String, T> from) {
    return text(key).flatMap(text -> convert(text, key, what, from));
  }

  private <T> Optional<T> convert(String text, String key, String what, Function<String, T> from) {
    try {
      return Optional.of(from.apply(text));
    } catch (NumberFormatException e) {
      problem(key, "expected " + what + ", found '" + text + "'");
      return Optional.empty();
    }
  }

  boolean yes(String key) {
    return text(key)
        .map(
            text -> {
              if (!text.equals("true") && !text.equals("false")) {
                problem(key, "expected true or false, found '" + text + "'");
              }
              return text.equals("true");
            })
        .orElse(false);
  }

  /** The texts of a list, or the one that stands there alone; empty if the key is not there. */
  List<String> texts(String key) {
    Optional<YamlNode> node = node(key);
    List<String> texts = new ArrayList<>();
    if (node.isPresent() && node.get() instanceof YamlNode.Sequence list) {
      list.items().forEach(item -> text(item, path(key)).ifPresent(texts::add));
    } else {
      node.flatMap(single -> text(single, path(key))).ifPresent(texts::add);
    }
    return texts;
  }

  /** The same as numbers. */
  List<Double> numbers(String key) {
    return texts(key).stream()
        .flatMap(text -> convert(text, key, "numbers", Double::valueOf).stream())
        .toList();
  }

  /** The same as whole numbers. */
  List<Long> integers(String key) {
    return texts(key).stream()
        .flatMap(text -> convert(text, key, "whole numbers", Long::valueOf).stream())
        .toList();
  }

  /** Ends the reading: notes all keys that nobody asked for. */
  void end() {
    for (String key : keys()) {
      if (!known.contains(key)) {
        problems.add(
            line(key),
            path,
            "there is no key '" + key + "'; keys near it are " + Names.nearest(key, known));
      }
    }
  }
}
