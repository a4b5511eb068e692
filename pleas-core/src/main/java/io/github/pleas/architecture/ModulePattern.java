package io.github.pleas.architecture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A numbered list of modules: {@code layer1.*} for all numbers that there are, {@code
 * features.{1..17}} for these, {@code blocks.*.*} and {@code blocks.{0..5}.*} for lists of lists,
 * one after another.
 */
final class ModulePattern {
  private static final Pattern NUMBER = Pattern.compile("\\*|\\{(\\d+)\\.\\.(\\d+)\\}");

  private final String text;
  private final Pattern names;
  private final List<int[]> ranges = new ArrayList<>(); // an empty one for any number

  ModulePattern(String text) {
    this.text = text;
    StringBuilder regex = new StringBuilder();
    Matcher number = NUMBER.matcher(text);
    int from = 0;
    while (number.find()) {
      regex.append(Pattern.quote(text.substring(from, number.start()))).append("(\\d{1,6})");
      from = number.end();
      ranges.add(
          number.group(1) == null
              ? new int[0]
              : new int[] {Integer.parseInt(number.group(1)), Integer.parseInt(number.group(2))});
    }
    regex.append(Pattern.quote(text.substring(from)));
    this.names = Pattern.compile("(" + regex + ")\\..*");
  }

  /** The modules that have parameters, by their numbers. */
  List<String> find(Set<String> parameters) {
    Set<int[]> found = new TreeSet<>(Arrays::compare);
    for (String parameter : parameters) {
      Matcher matcher = names.matcher(parameter);
      if (matcher.matches()) {
        numbers(matcher).ifPresent(found::add);
      }
    }
    return found.stream().map(this::module).toList();
  }

  /** The module of some numbers, one for each list. */
  String module(int... numbers) {
    String module = text;
    for (int number : numbers) {
      module = NUMBER.matcher(module).replaceFirst(Integer.toString(number));
    }
    return module;
  }

  /** The number of a module of a single list. */
  int number(String module) {
    Matcher matcher = names.matcher(module + ".");
    if (!matcher.matches()) {
      throw new IllegalArgumentException(module + " is none of " + text);
    }
    return Integer.parseInt(matcher.group(2));
  }

  /** Every number of a single range, there or not; empty if it is another pattern. */
  List<String> all() {
    if (ranges.size() != 1 || ranges.get(0).length == 0) {
      return List.of();
    }
    return IntStream.rangeClosed(ranges.get(0)[0], ranges.get(0)[1])
        .mapToObj(this::module)
        .toList();
  }

  private Optional<int[]> numbers(Matcher matcher) {
    int[] numbers = new int[ranges.size()];
    for (int k = 0; k < numbers.length; k++) {
      numbers[k] = Integer.parseInt(matcher.group(k + 2));
      int[] range = ranges.get(k);
      if (range.length > 0 && (numbers[k] < range[0] || numbers[k] > range[1])) {
        return Optional.empty();
      }
    }
    return Optional.of(numbers);
  }
}
