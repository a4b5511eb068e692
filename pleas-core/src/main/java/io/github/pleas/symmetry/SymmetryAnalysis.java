package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the unit groups of a network: applies each operator's rule in graph order, fixes what
 * touches the outputs, and puts together the units that are interchangeable: those that stand in
 * the same places equally often, in one order there, with the same ties, and in the same blocks.
 * Linear in the elements of all axes.
 */
public final class SymmetryAnalysis {
  private final OperatorRules rules;
  private final Set<String> kept;

  public SymmetryAnalysis(OperatorRules rules) {
    this(rules, Set.of());
  }

  private SymmetryAnalysis(OperatorRules rules, Set<String> kept) {
    this.rules = rules;
    this.kept = Set.copyOf(kept);
  }

  /**
   * The same analysis where some constants must stay as they are: a table of angles, say, that two
   * networks share. Units are then interchangeable only where these hold the same for both.
   *
   * @param constants the names of constants
   */
  public SymmetryAnalysis keeping(Set<String> constants) {
    return new SymmetryAnalysis(rules, constants);
  }

  /** The symmetry of a network. */
  public Symmetry analyse(Network network) {
    return analyse(network, Held.NONE);
  }

  /** The symmetry of a network in which some elements must stay where they are. */
  public Symmetry analyse(Network network, Held held) {
    Ties ties = new Ties(network);
    List<String> unknown = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    Set<String> read = valuesRead(network);
    for (Node node : network.graph().nodes()) {
      Optional<OperatorRules.Entry> entry = rules.of(node);
      if (entry.isEmpty()) {
        unknown.add(Ties.name(node));
        ties.fixInputs(node, "no rule for operator " + Ties.name(node));
      } else if (node.outputs().stream().skip(entry.get().outputs()).anyMatch(read::contains)) {
        // Of a MaxPool's indices, say, its rule knows nothing.
        ties.fixInputs(node, Ties.name(node) + " has more outputs in use than its rule knows of");
      } else {
        apply(entry.get().rule(), node, ties).ifPresent(failed::add);
      }
    }
    ties.speak(Optional.empty());
    for (ValueInfo output : network.graph().outputs()) {
      for (Elements e : ties.elements(output.name())) {
        ties.fix(e.ids(), "output '" + output.name() + "' of the network");
      }
    }
    held.fix(ties.classes());
    return new Grouping(network, ties, kept).symmetry(unknown, failed);
  }

  /**
   * Applies a rule. One that throws, as a user's own may, has said who knows what by then: all that
   * the node touches stays, and the rest goes on.
   *
   * @return how it failed, if it did
   */
  private static Optional<String> apply(OperatorRule rule, Node node, Ties ties) {
    try {
      ties.apply(rule, node);
      return Optional.empty();
    } catch (RuntimeException failure) {
      String failed = Ties.name(node) + ": " + failure;
      ties.fixAll(node, "the rule failed for " + failed);
      return Optional.of(failed);
    }
  }

  private static Set<String> valuesRead(Network network) {
    Set<String> read = new HashSet<>();
    network.graph().nodes().forEach(node -> read.addAll(Subgraphs.reads(node)));
    network.graph().outputs().forEach(output -> read.add(output.name()));
    return read;
  }
}
