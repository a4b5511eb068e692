package io.github.pleas.bench.families;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What became known of one graph, in the order in which it did: a process that tries a graph writes
 * each fact at once, so that those before its death survive it.
 */
final class Facts {
  /** What a line with a fact starts with; the rest of what a process says is no fact. */
  private static final String MARK = "fact\t";

  private final Map<String, String> values = new LinkedHashMap<>();

  /** Facts out of a process's output. */
  static Facts read(List<String> lines) {
    Facts facts = new Facts();
    for (String line : lines) {
      String[] parts = line.split("\t", 3);
      if (line.startsWith(MARK) && parts.length == 3) {
        facts.values.put(parts[1], parts[2]);
      }
    }
    return facts;
  }

  /** Writes one fact as {@link #read} takes it; a text of several lines becomes one. */
  static void write(PrintStream out, Fact fact, String value) {
    out.println(MARK + fact.name() + "\t" + value.strip().replaceAll("\\s+", " "));
    out.flush();
  }

  Facts with(Fact fact, String value) {
    Facts more = new Facts();
    more.values.putAll(values);
    more.values.put(fact.name(), value);
    return more;
  }

  Optional<String> get(Fact fact) {
    return Optional.ofNullable(values.get(fact.name()));
  }

  /** A fact's text, "" where it is not known. */
  String text(Fact fact) {
    return get(fact).orElse("");
  }

  /** A fact's number, 0 where it is not known. */
  double number(Fact fact) {
    return get(fact).map(Double::parseDouble).orElse(0.0);
  }
}
