package io.github.pleas.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * HTML as it is built up. Every text and every value of an attribute is escaped, whoever wrote it:
 * names come from strangers' files.
 */
final class Html {
  private final StringBuilder text = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Opens an element.
   *
   * @param attributes names and values in turn
   */
  Html open(String tag, String... attributes) {
    start(tag, attributes);
    open.push(tag);
    return this;
  }

  /** Closes the element that was opened last. */
  Html close() {
    text.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element that holds a text. */
  Html element(String tag, String content, String... attributes) {
    return open(tag, attributes).text(content).close();
  }

  /** An element that holds nothing. */
  Html empty(String tag, String... attributes) {
    return open(tag, attributes).close();
  }

  Html text(String content) {
    text.append(escape(content));
    return this;
  }

  /** The end of a line, for those who read the source. */
  Html line() {
    text.append('\n');
    return this;
  }

  /** What is HTML already, of this package's own making. */
  Html add(Html part) {
    text.append(part);
    return this;
  }

  private void start(String tag, String... attributes) {
    text.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      text.append(' ').append(attributes[i]).append("=\"").append(escape(attributes[i + 1]));
      text.append('"');
    }
    text.append('>');
  }

  /** A text that stays one, in content and in attributes within double or single quotes. */
  static String escape(String content) {
    StringBuilder escaped = new StringBuilder(content.length());
    for (int i = 0; i < content.length(); i++) {
      char c = content.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(isShown(c) ? c : '\ufffd');
      }
    }
    return escaped.toString();
  }

  /**
   * Control characters and those that turn the direction of text show another text than there is.
   */
  static boolean isShown(char c) {
    return c == '\n'
        || c == '\t'
        || !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
  }

  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return text.toString();
  }
}
