package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Compares two networks from their outputs back to the input and writes the second in the first's
 * names, so that afterwards a name means the same in both. Names of nodes, values and constants do
 * not count, nor does the order of the two operands of an Add or a Mul, as long as the branches
 * behind them differ in structure: two of the same structure are paired in the order in which they
 * stand. Operators, attributes, order of other inputs and shapes count. Only what the heads make
 * may differ in size, where the labels are separate.
 */
public final class ArchitectureMatcher {
  /**
   * Two networks in the same names.
   *
   * @param a the first; a constant that it uses in two places where the second has two has two
   *     names here
   * @param b the second
   */
  public record Aligned(Network a, Network b) {
    /**
     * The constants that are the same in both, bit for bit, and no layer's parameters: masks,
     * indices, tables of angles or positions, and what training has left as it was.
     */
    public Set<String> shared() {
      Set<String> shared = new HashSet<>();
      for (Map.Entry<String, Tensor> constant : a.graph().initializers().entrySet()) {
        if (constant.getValue().equals(b.graph().initializers().get(constant.getKey()))) {
          shared.add(constant.getKey());
        }
      }
      for (Layer layer : a.layers()) {
        shared.remove(layer.weight());
        layer.bias().ifPresent(shared::remove);
      }
      return shared;
    }
  }

  private record Pair(String a, String b) {}

  private static final Set<String> COMMUTATIVE = Set.of("Add", "Mul");

  /** Operators whose constants say what they compute, and are not learned. */
  private static final Set<String> SETTINGS = Set.of("Clip", "Pad", "Pow", "Resize", "Upsample");

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

  private ArchitectureMatcher(Network a, Network b) {
    this.a = a;
    this.b = b;
    this.indexA = new NodeIndex(a.graph().nodes());
    this.indexB = new NodeIndex(b.graph().nodes());
    this.structureA = new StructureHash(a);
    this.structureB = new StructureHash(b);
    this.comparison = new NodeComparison(a, b);
    a.graph().nodes().forEach(n -> names.addAll(n.outputs()));
    names.add(a.input());
  }

  /**
   * Both networks in the names of the first.
   *
   * @param sameHeads whether the outputs must have the same shapes too
   * @throws InvalidInputException at the first difference: which node, shape or attribute
   */
  public static Aligned align(Network a, Network b, boolean sameHeads) {
    return new ArchitectureMatcher(a, b).align(sameHeads);
  }

  /**
   * Both networks in the names of the first up to a fork; behind it each has its own nodes, whose
   * names in the second are changed where the first's trunk has them.
   *
   * @param fork the first's node, or a value that it writes; the second's is the node that computes
   *     the same
   * @throws InvalidInputException if there can be no fork there, or at the first difference before
   *     it
   */
  public static Aligned align(Network a, Network b, String fork) {
    return new ArchitectureMatcher(a, b).align(Fork.at(a, fork));
  }

  private Aligned align(Fork forkA) {
    requireSameInput();
    Fork forkB = counterpart(forkA);
    for (int i = 0; i < forkA.values().size(); i++) {
      open.add(new Pair(forkA.values().get(i), forkB.values().get(i)));
    }
    Tail tailA = Tail.of(a, forkA, nameInA -> nameInA, Set.of());
    names.addAll(tailA.constants().keySet());
    while (!open.isEmpty()) {
      visit(open.poll());
    }
    checkShapes(true);
    Set<String> taken = new HashSet<>(constants.values());
    taken.add(a.input());
    for (Node node : a.graph().nodes()) {
      if (!forkA.isBehind(node)) {
        taken.add(node.name());
        taken.addAll(node.outputs());
      }
    }
    requireSameOpsets(forkB);
    Tail tailB = Tail.of(b, forkB, inB -> nameInA.getOrDefault(inB, inB), taken);
    return renamed(tailA, tailB);
  }

  /** Both tails stand in one graph, where each operator set has one version. */
  private void requireSameOpsets(Fork forkB) {
    for (Node node : b.graph().nodes()) {
      String domain = node.isStandard() ? "" : node.domain();
      Integer first = a.graph().opsets().get(domain);
      Integer second = b.graph().opsets().get(domain);
      if (forkB.isBehind(node) && second != null && !second.equals(first)) {
        throw different(
            "behind the fork, %s '%s' is of operator set %s, where the first has %s"
                .formatted(node.op(), node.name(), second, first == null ? "none" : first));
      }
    }
  }

  /** The second's node that computes what a node of the first does. */
  private Fork counterpart(Fork fork) {
    long structure = structureA.of(fork.values().get(0));
    String name = fork.node().name();
    return b.graph().nodes().stream()
        .filter(node -> structureB.of(node.output()) == structure && Fork.isPossible(b, node))
        .findFirst()
        // Where none is alike, one of the same name shows in what they differ.
        .or(() -> b.graph().nodes().stream().filter(n -> n.name().equals(name)).findFirst())
        .map(node -> Fork.at(b, node.name()))
        .orElseThrow(
            () ->
                different(
                    "no node of the second computes what '%s' of the first does".formatted(name)));
  }

  private Aligned align(boolean sameHeads) {
    requireSameInput();
    List<ValueInfo> outputsA = a.graph().outputs();
    List<ValueInfo> outputsB = b.graph().outputs();
    if (outputsA.size() != outputsB.size()) {
      throw different("%d and %d outputs".formatted(outputsA.size(), outputsB.size()));
    }
    for (int i = 0; i < outputsA.size(); i++) {
      open.add(new Pair(outputsA.get(i).name(), outputsB.get(i).name()));
    }
    while (!open.isEmpty()) {
      visit(open.poll());
    }
    checkShapes(sameHeads);
    List<ValueInfo> outputs = new ArrayList<>();
    for (int i = 0; i < outputsA.size(); i++) {
      ValueInfo inB = outputsB.get(i);
      outputs.add(new ValueInfo(outputsA.get(i).name(), inB.type(), inB.shape()));
    }
    return renamed(
        new Tail(List.of(), Map.of(), Map.of(), Map.of(), outputsA),
        new Tail(List.of(), Map.of(), Map.of(), Map.of(), outputs));
  }

  private void requireSameInput() {
    if (!a.shape(a.input()).equals(b.shape(b.input()))) {
      throw different(
          "the inputs differ: %s and %s".formatted(a.shape(a.input()), b.shape(b.input())));
    }
    if (!a.fixedBatch().equals(b.fixedBatch())) {
      throw different(
          "the first takes batches of %s, the second of %s"
              .formatted(batch(a.fixedBatch()), batch(b.fixedBatch())));
    }
  }

  private static String batch(OptionalInt fixed) {
    return fixed.isPresent() ? fixed.getAsInt() + " only" : "any size";
  }

  private void visit(Pair pair) {
    String known = nameInB.get(pair.a());
    String back = nameInA.get(pair.b());
    if (known != null || back != null) {
      if (!pair.b().equals(known)) {
        throw different(
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
        || pair.a().equals(a.input()) != pair.b().equals(b.input())) {
      throw different("'%s' and '%s' are not the same kind of value".formatted(pair.a(), pair.b()));
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
              throw different(difference);
            });
    if (left.outputs().indexOf(made.a()) != right.outputs().indexOf(made.b())) {
      throw different(
          "'%s' and '%s' are different outputs of %s '%s' and '%s'"
              .formatted(made.a(), made.b(), left.op(), left.name(), right.name()));
    }
    Node seen = nodeOfA.get(left.name());
    if (seen != null) {
      if (!seen.name().equals(right.name())) {
        throw different(
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

  /**
   * Shapes of values and constants agree, but for what the heads make and the head layers' own
   * parameters.
   */
  private void checkShapes(boolean sameHeads) {
    Tails tails = Tails.of(a);
    List<String> headLayers = tails.heads().stream().map(Layer::name).toList();
    for (Node node : a.graph().nodes()) {
      boolean tail = tails.isTail(node);
      Node counterpart = nodeOfA.get(node.name());
      for (int i = 0; counterpart != null && i < node.inputs().size(); i++) {
        if (a.isConstant(node.input(i)) && !(tail && !sameHeads)) {
          checkConstants(node, i, b.constant(counterpart.input(i)), headLayers);
        }
      }
      for (String output : node.outputs()) {
        String inB = nameInB.get(output);
        if (inB != null && !(tail && !sameHeads) && !a.shape(output).equals(b.shape(inB))) {
          throw different(
              "the output of %s '%s' is %s in the first, %s in the second"
                  .formatted(node.op(), node.name(), a.shape(output), b.shape(inB)));
        }
      }
    }
  }

  private void checkConstants(Node node, int index, Tensor other, List<String> headLayers) {
    String input = node.input(index);
    int[] shapeA = a.constant(input).shape();
    int[] shapeB = other.shape();
    if (!Arrays.equals(shapeA, shapeB)) {
      throw different(
          "'%s' of %s '%s' has shape %s in the first, %s in the second%s"
              .formatted(
                  input,
                  node.op(),
                  node.name(),
                  Arrays.toString(shapeA),
                  Arrays.toString(shapeB),
                  headLayers.contains(node.name())
                      ? "; networks with different classes merge with --labels separate"
                      : ""));
    }
    boolean learned = other.isFloat() && !SETTINGS.contains(node.op());
    if (!learned && !other.equals(a.constant(input))) {
      throw different(
          "'%s' of %s '%s' has different values".formatted(input, node.op(), node.name()));
    }
  }

  /** What was compared, in the first's names, and what comes behind it in each. */
  private Aligned renamed(Tail tailA, Tail tailB) {
    Map<String, Tensor> ofA = new LinkedHashMap<>();
    Map<String, Tensor> ofB = new LinkedHashMap<>();
    constants.forEach(
        (pair, name) -> {
          ofA.put(name, a.constant(pair.a()));
          ofB.put(name, b.constant(pair.b()));
        });
    List<Node> nodes = new ArrayList<>();
    for (Node node : a.graph().nodes()) {
      Node other = nodeOfA.get(node.name());
      if (other != null) {
        List<String> inputs = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
          inputs.add(
              constants.getOrDefault(new Pair(node.input(i), other.input(i)), node.input(i)));
        }
        nodes.add(node.withInputs(inputs));
      }
    }
    Map<String, ValueShape> shapesB = new HashMap<>();
    nameInB.forEach((inA, inB) -> shapesB.put(inA, b.shape(inB)));
    return new Aligned(
        named(a, nodes, ofA, a.shapes(), tailA), named(b, nodes, ofB, shapesB, tailB));
  }

  private Network named(
      Network network,
      List<Node> compared,
      Map<String, Tensor> values,
      Map<String, ValueShape> shapes,
      Tail tail) {
    List<Node> nodes = new ArrayList<>(compared);
    nodes.addAll(tail.nodes());
    Map<String, Tensor> allValues = new LinkedHashMap<>(values);
    allValues.putAll(tail.constants());
    Map<String, ValueShape> allShapes = new HashMap<>(shapes);
    allShapes.putAll(tail.shapes());
    // In the first's names, and equal before the tails, since the operators are.
    Map<String, ElementType> allTypes = new HashMap<>(a.types());
    allTypes.putAll(tail.types());
    var graph = a.graph().withNodes(nodes).withInitializers(allValues).withOutputs(tail.outputs());
    return new Network(
        network.source(),
        graph,
        allShapes,
        allTypes,
        network.fixedBatch(),
        new LayerFinder(graph, allShapes).find(),
        network.stored());
  }

  private InvalidInputException different(String what) {
    return new InvalidInputException(
        "%s and %s are not of one architecture: %s".formatted(a.source(), b.source(), what));
  }
}
