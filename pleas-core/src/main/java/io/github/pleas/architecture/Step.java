package io.github.pleas.architecture;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One operation of a description: {@code conv layer1 stride=2}, with those that are indented under
 * it.
 *
 * @param op what it does: an operator, a block, or control such as {@code each}
 * @param words what follows, such as names of modules
 * @param options what follows as {@code key=value}
 * @param children the operations under it
 * @param place file and line, for messages
 */
record Step(
    String op, List<String> words, Map<String, String> options, List<Step> children, String place) {
  Step {
    words = List.copyOf(words);
    options = Map.copyOf(options);
    children = List.copyOf(children);
  }

  /** The word at an index, which must be there. */
  String word(int index) {
    if (index >= words.size()) {
      throw flaw(op + " needs " + (index + 1) + " names, found " + words.size());
    }
    return words.get(index);
  }

  /** Refuses words and options that the operation does not know. */
  void allow(int mostWords, String... keys) {
    if (words.size() > mostWords) {
      throw flaw(op + " takes " + mostWords + " words, found " + words);
    }
    Set<String> others = new TreeSet<>(options.keySet());
    others.removeAll(Set.of(keys));
    if (!others.isEmpty()) {
      throw flaw(op + " does not know " + others);
    }
  }

  /** A flaw of the description itself: these are ours, so the program is at fault. */
  IllegalStateException flaw(String what) {
    return new IllegalStateException(place + ": " + what);
  }
}
