package io.github.pleas.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reader of the part of Graphviz's language that drawings use, by its grammar: {@code digraph ID
 * { statements }}, a statement being a node or an edge with attributes. Fails where a text is not
 * of the language.
 *
 * @param nodes attributes by name
 * @param edges in order
 */
record Dot(Map<String, Map<String, String>> nodes, List<Edge> edges) {
  record Edge(String from, String to, Map<String, String> attributes) {}

  /** Names, quoted strings (in which \" is a quotation mark), texts in angle brackets, signs. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:([A-Za-z_][A-Za-z_0-9]*|[0-9.]+)|\"((?:[^\"\\\\\n]|\\\\.)*)\"|(->|[{}\\[\\]=,;])|(<))");

  static Dot read(String text) {
    Tokens in = new Tokens(text);
    in.expect("digraph");
    in.next();
    in.expect("{");
    Dot dot = new Dot(new LinkedHashMap<>(), new ArrayList<>());
    for (String first = in.next(); !first.equals("}"); first = in.next()) {
      String sign = in.next();
      if (sign.equals("->")) {
        String to = in.next();
        in.expect("[");
        dot.edges.add(new Edge(first, to, in.attributes()));
      } else if (sign.equals("[")) {
        dot.nodes.put(first, in.attributes());
      } else {
        throw new AssertionError("after '" + first + "' found '" + sign + "'");
      }
      in.expect(";");
    }
    in.end();
    return dot;
  }

  private static final class Tokens {
    private final String text;
    private int at;

    Tokens(String text) {
      this.text = text;
    }

    String next() {
      Matcher matcher = TOKEN.matcher(text).region(at, text.length());
      if (!matcher.lookingAt()) {
        throw new AssertionError(
            "no token at: " + text.substring(at, Math.min(at + 40, text.length())));
      }
      at = matcher.end();
      if (matcher.group(4) != null) {
        return markup();
      }
      if (matcher.group(2) != null) {
        return matcher.group(2).replace("\\\"", "\"");
      }
      return matcher.group(1) != null ? matcher.group(1) : matcher.group(3);
    }

    /** Up to the angle bracket that closes the one before. */
    private String markup() {
      int start = at;
      for (int open = 1; open > 0; at++) {
        open += text.charAt(at) == '<' ? 1 : text.charAt(at) == '>' ? -1 : 0;
      }
      return text.substring(start, at - 1);
    }

    void expect(String token) {
      String found = next();
      if (!found.equals(token)) {
        throw new AssertionError("expected '" + token + "', found '" + found + "'");
      }
    }

    Map<String, String> attributes() {
      Map<String, String> attributes = new LinkedHashMap<>();
      for (String name = next(); ; name = next()) {
        expect("=");
        attributes.put(name, next());
        String sign = next();
        if (sign.equals("]")) {
          return attributes;
        }
        if (!sign.equals(",")) {
          throw new AssertionError("between attributes: '" + sign + "'");
        }
      }
    }

    void end() {
      if (!text.substring(at).isBlank()) {
        throw new AssertionError("after the drawing: " + text.substring(at));
      }
    }
  }
}
