package io.github.pleas.checkpoint;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Removes what wrappers put before the names of a network's parameters: {@code module.} of
 * DataParallel and AveragedModel, {@code _orig_mod.} of torch.compile, and several of them. Only
 * what all names have is a wrapper's; a network may have a part of this name. The averaged model's
 * count ({@link StateDict#AVERAGED}) stands beside what is wrapped, and keeps its name.
 */
final class Names {
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

  private Names() {}

  /** The same map, its names without the prefixes that all of them have, but for the count. */
  static <V> Map<String, V> withoutWrappers(Map<String, V> named) {
    List<String> wrapped = named.keySet().stream().filter(name -> !isCount(name)).toList();
    int length = prefix(wrapped);
    Map<String, V> shorter = new LinkedHashMap<>();
    named.forEach(
        (name, value) -> shorter.put(isCount(name) ? name : name.substring(length), value));
    // A wrapped count would take the name of the outer one, and neither is to be lost.
    return shorter.size() == named.size() ? shorter : named;
  }

  private static boolean isCount(String name) {
    return name.equals(StateDict.AVERAGED);
  }

  private static int prefix(Collection<String> names) {
    int length = 0;
    for (boolean longer = !names.isEmpty(); longer; ) {
      longer = false;
      for (String wrapper : WRAPPERS) {
        int start = length;
        if (names.stream()
            .allMatch(n -> n.startsWith(wrapper, start) && n.length() > start + wrapper.length())) {
          length += wrapper.length();
          longer = true;
        }
      }
    }
    return length;
  }
}
