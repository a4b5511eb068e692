package io.github.pleas.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Nodes in topological order. Among the nodes that could come next the one that stands first in the
 * file does (Kahn's algorithm with a priority queue, O((V + E) log V)), so that a file already in
 * order keeps it.
 */
final class NodeOrder {
  private final List<Node> nodes;
  private final Set<String> given;
  private final Source source;
  private final Map<String, Integer> producers = new HashMap<>();

  /**
   * @param nodes the nodes in the file's order
   * @param given the values that exist without a node: inputs and initializers
   */
  NodeOrder(List<Node> nodes, Set<String> given, Source source) {
    this.nodes = nodes;
    this.given = given;
    this.source = source;
  }

  /** The nodes in order; refuses values with no producer or two, and cycles. */
  List<Node> sorted() {
    findProducers();
    List<Set<Integer>> users = new ArrayList<>();
    nodes.forEach(node -> users.add(new LinkedHashSet<>()));
    int[] waiting = new int[nodes.size()];
    for (int i = 0; i < waiting.length; i++) {
      for (int producer : dependencies(i)) {
        users.get(producer).add(i);
        waiting[i]++;
      }
    }
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < waiting.length; i++) {
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    List<Node> sorted = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.remove();
      sorted.add(nodes.get(next));
      for (int user : users.get(next)) {
        if (--waiting[user] == 0) {
          ready.add(user);
        }
      }
    }
    if (sorted.size() < nodes.size()) {
      throw source.refuse("its nodes form a cycle: " + cycle(waiting));
    }
    return sorted;
  }

  private void findProducers() {
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      for (String output : node.outputs()) {
        if (output.isEmpty()) {
          continue;
        }
        if (given.contains(output)) {
          throw source.refuse(
              "the value \""
                  + output
                  + "\" is an input or an initializer, and node \""
                  + node.name()
                  + "\" produces it too");
        }
        Integer other = producers.put(output, i);
        if (other != null) {
          throw source.refuse(
              "the value \""
                  + output
                  + "\" is produced twice, by node \""
                  + nodes.get(other).name()
                  + "\" and by node \""
                  + node.name()
                  + "\"");
        }
      }
    }
  }

  private Set<Integer> dependencies(int index) {
    Node node = nodes.get(index);
    Set<String> used = new LinkedHashSet<>(node.inputs());
    used.addAll(Subgraphs.captures(node));
    used.remove("");
    Set<Integer> dependencies = new LinkedHashSet<>();
    for (String value : used) {
      if (given.contains(value)) {
        continue;
      }
      Integer producer = producers.get(value);
      if (producer == null) {
        throw source.refuse(
            "node \""
                + node.name()
                + "\" ("
                + node.op()
                + ") uses the value \""
                + value
                + "\", which nothing produces");
      }
      dependencies.add(producer);
    }
    return dependencies;
  }

  /** One cycle among the nodes that still wait: each of them waits for another that does. */
  private String cycle(int[] waiting) {
    int node = 0;
    while (waiting[node] == 0) {
      node++;
    }
    List<Integer> path = new ArrayList<>();
    Set<Integer> seen = new LinkedHashSet<>();
    while (seen.add(node)) {
      path.add(node);
      for (int before : dependencies(node)) {
        if (waiting[before] > 0) {
          node = before;
          break;
        }
      }
    }
    StringBuilder names = new StringBuilder("\"" + nodes.get(node).name() + "\"");
    List<Integer> loop = path.subList(path.indexOf(node), path.size());
    for (int i = loop.size() - 1; i >= 0; i--) {
      names.append(" -> \"").append(nodes.get(loop.get(i)).name()).append('"');
    }
    return names.toString();
  }
}
