package io.github.pleas.checkpoint;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Removes what wrappers put before the names of a network's parameters: {@code module.} of
 * DataParallel, {@code _orig_mod.} of torch.compile, and both. Only what all names have is a
 * wrapper's; a network may have a part of this name.
 */
final class Names {
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

  private Names() {}

  /** The same map, its names without the prefixes that all of them have. */
  static <V> Map<String, V> withoutWrappers(Map<String, V> named) {
    int length = prefix(named.keySet());
    Map<String, V> shorter = new LinkedHashMap<>();
    named.forEach((name, value) -> shorter.put(name.substring(length), value));
    return shorter;
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
