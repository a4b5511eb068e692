package io.github.pleas.cli;

import java.util.regex.Pattern;

/**
 * Text for a terminal. Names come from strangers' files, and a terminal acts on control characters:
 * they could hide what a message says, or say something else.
 */
final class Printable {
  /** Control and format characters (those that turn the direction of text, for instance). */
  private static final Pattern ACTED_ON = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\n\\t]]");

  private Printable() {}

  /** A text with a question mark for each character that a terminal would act on. */
  static String of(String text) {
    return ACTED_ON.matcher(text).replaceAll("?");
  }
}
