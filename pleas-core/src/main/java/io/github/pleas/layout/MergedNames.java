package io.github.pleas.layout;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Gives out the names of one merged graph: near the originals' where those are free, and never one
 * that means something else in an original or was given out before.
 */
final class MergedNames {
  private final Set<String> originals;
  private final Set<String> used;

  /**
   * Names for values and constants, or for nodes.
   *
   * @param originals all names that the originals have
   * @param kept those that stand in the merged graph as they are
   */
  private MergedNames(Set<String> originals, Set<String> kept) {
    this.originals = originals;
    this.used = kept;
  }

  /** Names for the values and constants; the trunk's values and the outputs have theirs already. */
  static MergedNames ofValues(Network a, Network b, Heads heads) {
    Set<String> originals = new HashSet<>();
    for (Network network : List.of(a, b)) {
      originals.addAll(network.inputNames());
      originals.addAll(network.graph().initializers().keySet());
      network.graph().nodes().forEach(node -> originals.addAll(node.outputs()));
    }
    Set<String> kept = keptValues(a, heads);
    kept.addAll(outputs(a, b, heads));
    return new MergedNames(originals, kept);
  }

  /** The outputs of the merged network: A's, and then B's if they are separate. */
  static List<String> outputs(Network a, Network b, Heads heads) {
    List<String> outputs = new ArrayList<>();
    a.graph().outputs().forEach(output -> outputs.add(heads.ofA(output.name())));
    if (heads.separate()) {
      b.graph().outputs().forEach(output -> outputs.add(heads.ofB(output.name())));
    }
    return outputs;
  }

  /** Names for the nodes; the trunk's have theirs already. */
  static MergedNames ofNodes(Network a, Network b, Heads heads) {
    Tails tails = Tails.of(a, heads.fork());
    Set<String> originals = new HashSet<>();
    Set<String> kept = new HashSet<>();
    b.graph().nodes().forEach(node -> originals.add(node.name()));
    for (Node node : a.graph().nodes()) {
      originals.add(node.name());
      if (!heads.separate() || !tails.isTail(node)) {
        kept.add(node.name());
      }
    }
    return new MergedNames(originals, kept);
  }

  /**
   * Refuses outputs whose promised names another value has, by name; to be called before long work.
   */
  static void requireFreeOutputs(Network a, Network b, Heads heads) {
    if (!heads.separate()) {
      return;
    }
    Set<String> taken = keptValues(a, heads);
    for (String name : outputs(a, b, heads)) {
      if (!taken.add(name)) {
        throw new InvalidInputException(
            "%s: the merged network's output would be called '%s', which is the name of another value; call the networks otherwise than '%s' and '%s', by --name-a and --name-b"
                .formatted(a.source(), name, heads.nameA(), heads.nameB()));
      }
    }
  }

  private static Set<String> keptValues(Network a, Heads heads) {
    Tails tails = Tails.of(a, heads.fork());
    Set<String> kept = new HashSet<>(a.inputNames());
    for (Node node : a.graph().nodes()) {
      if (!heads.separate() || !tails.isTail(node)) {
        kept.addAll(node.outputs());
      }
    }
    return kept;
  }

  /**
   * A free name for something of the originals: its own and a suffix, numbered if need be. From now
   * on it is taken.
   */
  String take(String original, String suffix) {
    String near = original + suffix;
    String name = near;
    for (int i = 2; isTaken(name, original); i++) {
      name = near + "_" + i;
    }
    used.add(name);
    return name;
  }

  /** The original's own name is no other's; any other name of an original would be. */
  private boolean isTaken(String name, String original) {
    return used.contains(name) || !name.equals(original) && originals.contains(name);
  }
}
