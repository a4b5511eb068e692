package io.github.pleas.data;

import java.util.Comparator;
import java.util.function.Function;

/**
 * The order of file names: by Unicode code point, as Python's {@code sorted} orders them (Java's
 * own order of strings differs above U+FFFF).
 */
final class Names {
  private Names() {}

  /** Orders things by a name of theirs. */
  static <T> Comparator<T> by(Function<T, String> name) {
    return (a, b) -> compare(name.apply(a), name.apply(b));
  }

  /** Compares two names by code point. */
  static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      if (a.charAt(i) != b.charAt(i)) {
        // both prefixes agree, so a surrogate pair split here has the same first half in both
        boolean low = Character.isLowSurrogate(a.charAt(i)) && i > 0;
        int from = low && Character.isHighSurrogate(a.charAt(i - 1)) ? i - 1 : i;
        return Integer.compare(a.codePointAt(from), b.codePointAt(from));
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
