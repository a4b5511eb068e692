package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which value, node and constant of a network stands where which of another one does: walks both
 * from pairs of values back to the input, and ends at the first place where they are not alike.
 */
final class Pairing {
  /**
   * A value of each network.
   *
   * @param a the first's
   * @param b the second's
   */
  record Pair(String a, String b) {}

  private static final Set<String> COMMUTATIVE = Set.of("Add", "Mul");

  private final Network a;
  private final Network b;
  private final NodeIndex indexA;
  private final NodeIndex indexB;
  private final StructureHash structureA;
  private final StructureHash structureB;
  private final Map<String, String> nameInA = new LinkedHashMap<>();
  private final Map<String, String> nameInB = new LinkedHashMap<>();
  private final Map<String, Node> nodeOfA = new HashMap<>();
  private final Map<Pair, String> constants = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final Deque<Pair> open = new ArrayDeque<>();
  private final NodeComparison comparison;
  private final Mismatch mismatch;

  Pairing(Network a, Network b, StructureHash structureA, StructureHash structureB) {
    this.a = a;
    this.b = b;
    this.indexA = new NodeIndex(a.graph().nodes());
    this.indexB = new NodeIndex(b.graph().nodes());
    this.structureA = structureA;
    this.structureB = structureB;
    this.comparison = new NodeComparison(a, b);
    this.mismatch = new Mismatch(a, b);
    a.graph().nodes().forEach(n -> names.addAll(n.outputs()));
    names.addAll(a.inputNames());
  }

  /** Keeps names from being given to constants. */
  void reserve(Collection<String> taken) {
    names.addAll(taken);
  }

  /**
   * Pairs two values and all that they are made of.
   *
   * @throws io.github.pleas.InvalidInputException at the first difference
   */
  void walk(Collection<Pair> from) {
    open.addAll(from);
    while (!open.isEmpty()) {
      visit(open.poll());
    }
  }

  /**
   * The second's node that does what a node of the first does, its operands in that one's order.
   */
  Optional<Node> counterpart(Node node) {
    return Optional.ofNullable(nodeOfA.get(node.name()));
  }

  /** For each value of the first that was reached the second's. */
  Map<String, String> values() {
    return nameInB;
  }

  /** The first's name for a value of the second; its own where that was not reached. */
  String inFirst(String value) {
    return nameInA.getOrDefault(value, value);
  }

  /** The name of each pair of constants: the first's, unless another pair has it already. */
  Map<Pair, String> constants() {
    return constants;
  }

  private void visit(Pair pair) {
    String known = nameInB.get(pair.a());
    String back = nameInA.get(pair.b());
    if (known != null || back != null) {
      if (!pair.b().equals(known)) {
        throw mismatch.of(
            "value '%s' of the first stands where '%s' of the second does, but elsewhere %s"
                .formatted(
                    pair.a(),
                    pair.b(),
                    known != null
                        ? "'%s' does".formatted(known)
                        : "'%s' stands where that does".formatted(back)));
      }
      return;
    }
    boolean constantA = a.isConstant(pair.a());
    if (constantA != b.isConstant(pair.b())
        || pair.a().isEmpty() != pair.b().isEmpty()
        || a.inputNames().indexOf(pair.a()) != b.inputNames().indexOf(pair.b())) {
      throw mismatch.of(
          "'%s' and '%s' are not the same kind of value".formatted(pair.a(), pair.b()));
    }
    if (pair.a().isEmpty()) {
      return;
    }
    if (constantA) {
      nameConstant(pair);
      return;
    }
    nameInB.put(pair.a(), pair.b());
    nameInA.put(pair.b(), pair.a());
    Optional<Node> left = indexA.producer(pair.a());
    Optional<Node> right = indexB.producer(pair.b());
    if (left.isPresent() && right.isPresent()) {
      visit(left.get(), right.get(), pair);
    }
  }

  private void visit(Node left, Node right, Pair made) {
    comparison
        .difference(left, right)
        .ifPresent(
            difference -> {
              throw mismatch.of(difference);
            });
    if (left.outputs().indexOf(made.a()) != right.outputs().indexOf(made.b())) {
      throw mismatch.of(
          "'%s' and '%s' are different outputs of %s '%s' and '%s'"
              .formatted(made.a(), made.b(), left.op(), left.name(), right.name()));
    }
    Node seen = nodeOfA.get(left.name());
    if (seen != null) {
      if (!seen.name().equals(right.name())) {
        throw mismatch.of(
            "%s '%s' of the first makes what '%s' and '%s' of the second make"
                .formatted(left.op(), left.name(), seen.name(), right.name()));
      }
      return;
    }
    Node ordered = inOrderOf(left, right);
    nodeOfA.put(left.name(), ordered);
    for (int i = 0; i < Math.max(left.inputs().size(), ordered.inputs().size()); i++) {
      open.add(new Pair(left.input(i), ordered.input(i)));
    }
    // Outputs that nothing reads have names and shapes too.
    for (int i = 0; i < left.outputs().size(); i++) {
      if (!left.outputs().get(i).isEmpty() && !ordered.outputs().get(i).isEmpty()) {
        open.add(new Pair(left.outputs().get(i), ordered.outputs().get(i)));
      }
    }
    // Equal attributes capture equal names, which must also mean equal values.
    Subgraphs.captures(left).forEach(name -> open.add(new Pair(name, name)));
  }

  /** The second's node with its operands in the first's order, where their order is free. */
  private Node inOrderOf(Node left, Node right) {
    if (!COMMUTATIVE.contains(left.op()) || !left.isStandard() || right.inputs().size() != 2) {
      return right;
    }
    long first = structureA.of(left.input(0));
    long second = structureA.of(left.input(1));
    boolean crossed =
        first != second
            && first == structureB.of(right.input(1))
            && second == structureB.of(right.input(0));
    return crossed ? right.withInputs(List.of(right.input(1), right.input(0))) : right;
  }

  /** A pair of constants keeps the first's name, unless another pair has it already. */
  private void nameConstant(Pair pair) {
    if (!constants.containsKey(pair)) {
      String name = pair.a();
      for (int i = 2; !names.add(name); i++) {
        name = pair.a() + "_" + i;
      }
      constants.put(pair, name);
    }
  }
}
