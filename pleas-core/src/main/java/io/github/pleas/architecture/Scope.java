package io.github.pleas.architecture;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in the tree of modules an operation stands, and what the names in it mean there.
 *
 * @param prefix the module that names are relative to; empty for the network itself
 * @param column which of the alternatives {@code a|b} counts: that of the library whose names the
 *     state dict has
 * @param values what {@code $key} stands for
 */
record Scope(String prefix, int column, Map<String, String> values) {
  /** A module further on in the same numbered list. */
  private static final Pattern SIBLING = Pattern.compile("\\{\\+(\\d+)\\}(.*)");

  private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d+)");

  Scope {
    values = Map.copyOf(values);
  }

  /** One of the alternatives; the first also stands for those that are not said. */
  String pick(String alternatives) {
    String[] all = alternatives.split("\\|", -1);
    return all[column < all.length ? column : 0];
  }

  /** Text with a constant put in its place, one of its alternatives. */
  String text(String text) {
    if (!text.startsWith("$")) {
      return pick(text);
    }
    String value = values.get(text.substring(1));
    if (value == null) {
      throw new IllegalStateException("nothing says what " + text + " is");
    }
    return pick(value);
  }

  /** The full name of a module or parameter; "." is the module itself. */
  String name(String alternatives) {
    String relative = text(alternatives);
    if (relative.equals(".")) {
      return prefix;
    }
    Matcher sibling = SIBLING.matcher(relative);
    if (sibling.matches()) {
      Matcher own = NUMBERED.matcher(prefix);
      if (!own.matches()) {
        throw new IllegalStateException(
            relative + " stands in " + prefix + ", which has no number");
      }
      return own.group(1)
          + (Integer.parseInt(own.group(2)) + Integer.parseInt(sibling.group(1)))
          + sibling.group(2);
    }
    return prefix.isEmpty() ? relative : prefix + "." + relative;
  }

  /** A module inside, with further values. */
  Scope inside(String module, Map<String, String> further) {
    Map<String, String> all = new HashMap<>(values);
    all.putAll(further);
    return new Scope(module, column, all);
  }

  /** Whether conditions on parameters hold: each is there, or with a ! before it is not. */
  boolean holds(List<String> conditions, Parameters parameters) {
    return conditions.stream()
        .allMatch(
            condition ->
                condition.startsWith("!")
                    ? !parameters.has(name(condition.substring(1)))
                    : parameters.has(name(condition)));
  }
}
