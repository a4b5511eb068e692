package io.github.pleas.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Puts together what differs in the numbers of its name only, as the repeated parts of a network
 * do; or leaves everything by itself.
 *
 * @param all whether everything is left by itself
 */
record Folding(boolean all) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** Items of one kind together, in the order of the first of each kind. */
  <T> List<List<T>> fold(List<T> items, Function<T, List<?>> kind) {
    if (all) {
      return items.stream().map(List::of).toList();
    }
    Map<List<?>, List<T>> alike = new LinkedHashMap<>();
    for (T item : items) {
      alike.computeIfAbsent(kind.apply(item), any -> new ArrayList<>()).add(item);
    }
    return List.copyOf(alike.values());
  }

  /** The first ones of a list, or all. */
  <T> List<T> first(int most, List<T> items) {
    return all ? items : items.subList(0, Math.min(most, items.size()));
  }

  /** What texts that differ in numbers only have in common. */
  static String pattern(String text) {
    return NUMBER.matcher(text).replaceAll("*");
  }

  /** As the pattern of texts, but with the numbers that are the same in all. */
  static <T> String common(List<T> items, Function<T, String> text) {
    List<String> texts = items.stream().map(text).toList();
    List<String> shared = new ArrayList<>(numbers(texts.get(0)));
    for (String other : texts) {
      List<String> own = numbers(other);
      for (int k = 0; k < shared.size(); k++) {
        if (!own.get(k).equals(shared.get(k))) {
          shared.set(k, "*");
        }
      }
    }
    int[] next = {0};
    return NUMBER.matcher(texts.get(0)).replaceAll(any -> shared.get(next[0]++));
  }

  private static List<String> numbers(String text) {
    return NUMBER.matcher(text).results().map(MatchResult::group).toList();
  }

  /** The numbers of some items: "64", or from the smallest to the largest. */
  static <T> String range(List<T> items, ToIntFunction<T> number) {
    var found = items.stream().mapToInt(number).summaryStatistics();
    return found.getMin() == found.getMax()
        ? Integer.toString(found.getMin())
        : String.format(Locale.ROOT, "%d to %d", found.getMin(), found.getMax());
  }
}
