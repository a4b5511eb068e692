package io.github.pleas.network;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Helps where a name that a user gave does not exist. */
public final class Names {
  private static final int SHOWN = 5;

  private Names() {}

  /** The names that are nearest to one, in quotes, nearest first. */
  public static String nearest(String name, Collection<String> names) {
    return names.stream()
        .sorted(Comparator.comparingInt(other -> distance(other, name)))
        .limit(SHOWN)
        .map(other -> "'" + other + "'")
        .collect(Collectors.joining(", "));
  }

  /** Characters to insert, remove or replace (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = IntStream.rangeClosed(0, b.length()).toArray();
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
