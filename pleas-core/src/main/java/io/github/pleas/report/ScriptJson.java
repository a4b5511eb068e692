package io.github.pleas.report;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * JSON that stands in a script element. A text in it must not end the element, nor begin a comment
 * there, so that all that HTML looks for is written by its number.
 */
final class ScriptJson {
  private ScriptJson() {}

  /**
   * A value as JSON.
   *
   * @param tree maps, lists, texts and numbers
   */
  static String of(Object tree) {
    StringBuilder safe = new StringBuilder();
    for (char c : json(tree).toCharArray()) {
      // None of these stands in JSON but within texts.
      if (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
        safe.append("\\u%04x".formatted((int) c));
      } else {
        safe.append(Html.isShown(c) ? c : '\ufffd');
      }
    }
    return safe.toString();
  }

  private static String json(Object tree) {
    try {
      return JSON.std.asString(tree);
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON into a string failed", e);
    }
  }
}
