package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Attribute;
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
import java.util.TreeSet;

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
  public record Aligned(Network a, Network b) {}

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

  private ArchitectureMatcher(Network a, Network b) {
    this.a = a;
    this.b = b;
    this.indexA = new NodeIndex(a.graph().nodes());
    this.indexB = new NodeIndex(b.graph().nodes());
    this.structureA = new StructureHash(a);
    this.structureB = new StructureHash(b);
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

  private Aligned align(boolean sameHeads) {
    if (!a.shape(a.input()).equals(b.shape(b.input()))) {
      throw different(
          "the inputs differ: %s and %s".formatted(a.shape(a.input()), b.shape(b.input())));
    }
    if (!a.fixedBatch().equals(b.fixedBatch())) {
      throw different(
          "the first takes batches of %s, the second of %s"
              .formatted(batch(a.fixedBatch()), batch(b.fixedBatch())));
    }
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
    return renamed();
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
    compare(left, right);
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

  private void compare(Node left, Node right) {
    boolean sameSet = left.isStandard() ? right.isStandard() : left.domain().equals(right.domain());
    if (!left.op().equals(right.op()) || !sameSet) {
      throw different(
          "node '%s' is a %s, node '%s' a %s"
              .formatted(left.name(), left.op(), right.name(), right.op()));
    }
    if (left.outputs().size() != right.outputs().size()) {
      throw different(
          "%s '%s' has %d outputs, '%s' %d"
              .formatted(
                  left.op(),
                  left.name(),
                  left.outputs().size(),
                  right.name(),
                  right.outputs().size()));
    }
    requireSameMeaning(left);
    TreeSet<String> keys = new TreeSet<>(left.attributes().keySet());
    keys.addAll(right.attributes().keySet());
    for (String key : keys) {
      Attribute first = left.attributes().get(key);
      Attribute second = right.attributes().get(key);
      if (first == null || !first.equals(second)) {
        throw different(
            "attribute %s of %s '%s' is %s, of '%s' %s"
                .formatted(key, left.op(), left.name(), show(first), right.name(), show(second)));
      }
    }
  }

  /** Before opset 13 Softmax runs over all axes from the one given on, later over that one. */
  private void requireSameMeaning(Node left) {
    boolean straddles = a.graph().opset() < 13 != b.graph().opset() < 13;
    if (straddles && left.isStandard() && left.op().endsWith("Softmax")) {
      if (left.intAttribute("axis", -1) != a.shape(left.output()).rank() - 1) {
        throw different(
            "%s '%s' means different things in opset %d and %d"
                .formatted(left.op(), left.name(), a.graph().opset(), b.graph().opset()));
      }
    }
  }

  private static String show(@org.jspecify.annotations.Nullable Attribute attribute) {
    if (attribute == null) {
      return "missing";
    }
    if (attribute instanceof Attribute.Int i) {
      return Long.toString(i.value());
    } else if (attribute instanceof Attribute.Float f) {
      return Float.toString(f.value());
    } else if (attribute instanceof Attribute.Text t) {
      return "'" + t.value() + "'";
    } else if (attribute instanceof Attribute.Ints list) {
      return list.values().toString();
    } else if (attribute instanceof Attribute.Floats list) {
      return list.values().toString();
    } else if (attribute instanceof Attribute.Value v) {
      return v.tensor().toString();
    }
    return "of a kind that is not shown";
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

  private Aligned renamed() {
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
    List<ValueInfo> outputs = new ArrayList<>();
    for (int i = 0; i < a.graph().outputs().size(); i++) {
      ValueInfo inB = b.graph().outputs().get(i);
      outputs.add(new ValueInfo(a.graph().outputs().get(i).name(), inB.type(), inB.shape()));
    }
    return new Aligned(
        named(a, nodes, ofA, a.graph().outputs(), a.shapes()),
        named(b, nodes, ofB, outputs, shapesB));
  }

  private Network named(
      Network network,
      List<Node> nodes,
      Map<String, Tensor> values,
      List<ValueInfo> outputs,
      Map<String, ValueShape> shapes) {
    var graph = a.graph().withNodes(nodes).withInitializers(values).withOutputs(outputs);
    return new Network(
        network.source(),
        graph,
        shapes,
        network.fixedBatch(),
        new LayerFinder(graph, shapes).find());
  }

  private InvalidInputException different(String what) {
    return new InvalidInputException(
        "%s and %s are not of one architecture: %s".formatted(a.source(), b.source(), what));
  }
}
