package io.github.pleas.data;

import io.github.pleas.network.TokenMap;
import java.util.Optional;

/**
 * One text as two tokenizers cut it. A text that is too long for one of them is cut for both, at a
 * space, so that both have the same words.
 *
 * @param a as A's does
 * @param b as B's does
 * @param cut whether the text was longer
 */
record PairedText(TextTokenizer.Tokens a, TextTokenizer.Tokens b, boolean cut) {
  /** Cuts a text. */
  static PairedText of(String text, TextTokenizer forA, TextTokenizer forB) {
    String rest = text;
    while (true) {
      TextTokenizer.Tokens a = forA.tokens(rest);
      TextTokenizer.Tokens b = forB.tokens(rest);
      int end =
          Math.min(
              a.cut() ? a.spans().end() : Integer.MAX_VALUE,
              b.cut() ? b.spans().end() : Integer.MAX_VALUE);
      if (end == Integer.MAX_VALUE || end == 0) {
        return new PairedText(a, b, rest.length() < text.length() || a.cut() || b.cut());
      }
      String shorter = beginning(rest, end);
      if (shorter.length() == rest.length()) {
        return new PairedText(a, b, true);
      }
      rest = shorter;
    }
  }

  /** The beginning of a text, up to the last space before some code point if there is one. */
  private static String beginning(String text, int codePoints) {
    int all = text.codePointCount(0, text.length());
    int end = text.offsetByCodePoints(0, Math.min(codePoints, all));
    int space = end;
    while (space > 0 && space < text.length() && !Character.isWhitespace(text.charAt(space))) {
      space--;
    }
    return text.substring(0, space > 0 ? space : end);
  }

  /** Whether one of them makes no token of it. */
  boolean isEmpty() {
    return a.ids().length == 0 || b.ids().length == 0;
  }

  /** From B's tokens to A's; empty where they stand at the same places. */
  Optional<TokenMap> fromBToA() {
    return other(a.spans().from(b.spans()), b);
  }

  /** From A's tokens to B's. */
  Optional<TokenMap> fromAToB() {
    return other(b.spans().from(a.spans()), a);
  }

  private static Optional<TokenMap> other(TokenMap map, TextTokenizer.Tokens from) {
    return map.isIdentity(from.ids().length) ? Optional.empty() : Optional.of(map);
  }
}
