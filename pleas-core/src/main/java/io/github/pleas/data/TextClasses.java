package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The classes of texts. If all labels are non-negative integers, each is its own number, however it
 * is written (007 is 7), and there are as many classes as the largest asks for; otherwise labels
 * are numbered in order of their names.
 *
 * @param names the readable names, by number; empty if there are no labels
 * @param numbers of the labels as they are written
 */
record TextClasses(List<String> names, Map<String, Integer> numbers) {
  private static final int MOST = 1_000_000;

  TextClasses {
    names = List.copyOf(names);
    numbers = Map.copyOf(numbers);
  }

  /** No classes, of texts without labels. */
  static TextClasses none() {
    return new TextClasses(List.of(), Map.of());
  }

  /**
   * The classes of all texts of some files.
   *
   * @param path the data set, for messages
   * @throws InvalidInputException if a label is an integer as large as no number of classes is
   */
  static TextClasses of(List<TextFile> files, Path path) {
    SortedSet<String> labels = new TreeSet<>();
    files.forEach(file -> file.lines().forEach(line -> labels.add(line.label())));
    Map<String, Integer> numbers = new LinkedHashMap<>();
    if (!labels.stream().allMatch(label -> label.matches("[0-9]+"))) {
      labels.forEach(label -> numbers.put(label, numbers.size()));
      return new TextClasses(new ArrayList<>(labels), numbers);
    }
    labels.forEach(label -> numbers.put(label, number(label, path)));
    int largest = numbers.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    return new TextClasses(
        IntStream.rangeClosed(0, largest).mapToObj(Integer::toString).toList(), numbers);
  }

  private static int number(String label, Path path) {
    BigInteger number = new BigInteger(label);
    if (number.compareTo(BigInteger.valueOf(MOST)) >= 0) {
      throw new InvalidInputException(
          "%s: label %s is too large: integers are their own labels, and expected is one below %d; number the classes from 0, or give names"
              .formatted(path, label, MOST));
    }
    return number.intValueExact();
  }
}
