package io.github.pleas.symmetry;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Union-find over the elements of axes (Tarjan, with path halving and union by size). A class may
 * be fixed (it does not move) or rigid (it moves, but cannot be kept separate when networks merge),
 * each with the reason first given.
 */
final class ElementClasses {
  private int[] parent = new int[1024];
  private int[] size = new int[1024];
  private int count;

  /** For each element when it was last looked at. */
  private int[] met = new int[1024];

  private int look;
  private final Map<Integer, Reason> fixed = new LinkedHashMap<>();
  private final Map<Integer, String> rigid = new LinkedHashMap<>();

  /** New elements, each a class of its own. */
  int[] fresh(int elements) {
    while (count + elements > parent.length) {
      parent = Arrays.copyOf(parent, 2 * parent.length);
      size = Arrays.copyOf(size, parent.length);
    }
    int[] ids = new int[elements];
    for (int e = 0; e < elements; e++) {
      parent[count] = count;
      size[count] = 1;
      ids[e] = count++;
    }
    return ids;
  }

  /** Whether no element occurs twice. */
  boolean areDistinct(int[] elements) {
    if (met.length < parent.length) {
      met = Arrays.copyOf(met, parent.length);
    }
    look++;
    for (int element : elements) {
      if (met[element] == look) {
        return false;
      }
      met[element] = look;
    }
    return true;
  }

  /** How many elements there are. */
  int count() {
    return count;
  }

  int find(int element) {
    int e = element;
    while (parent[e] != e) {
      parent[e] = parent[parent[e]];
      e = parent[e];
    }
    return e;
  }

  /** Whether some elements are all of one class. */
  boolean areOne(int[] elements) {
    return Arrays.stream(elements).allMatch(e -> find(e) == find(elements[0]));
  }

  void union(int a, int b) {
    int x = find(a);
    int y = find(b);
    if (x == y) {
      return;
    }
    int root = size[x] >= size[y] ? x : y;
    int child = root == x ? y : x;
    parent[child] = root;
    size[root] += size[child];
    carry(fixed, child, root);
    carry(rigid, child, root);
  }

  private static <R> void carry(Map<Integer, R> reasons, int child, int root) {
    R reason = reasons.remove(child);
    if (reason != null) {
      reasons.putIfAbsent(root, reason);
    }
  }

  void fix(int element, String reason) {
    fix(element, new Reason(reason, Optional.empty()));
  }

  void fix(int element, Reason reason) {
    fixed.putIfAbsent(find(element), reason);
  }

  void makeRigid(int element, String reason) {
    rigid.putIfAbsent(find(element), reason);
  }

  Optional<String> whyFixed(int element) {
    return reasonFixed(element).map(Reason::text);
  }

  /** As {@link #whyFixed}, with the operator. */
  Optional<Reason> reasonFixed(int element) {
    return Optional.ofNullable(fixed.get(find(element)));
  }

  Optional<String> whyRigid(int element) {
    return Optional.ofNullable(rigid.get(find(element)));
  }
}
