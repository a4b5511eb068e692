package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ModelInput;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

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

  private final Network a;
  private final Network b;
  private final StructureHash structureA;
  private final StructureHash structureB;
  private final Pairing pairing;
  private final Mismatch mismatch;

  private ArchitectureMatcher(Network a, Network b) {
    this.a = a;
    this.b = b;
    this.structureA = new StructureHash(a);
    this.structureB = new StructureHash(b);
    this.pairing = new Pairing(a, b, structureA, structureB);
    this.mismatch = new Mismatch(a, b);
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
    requireSameInputs();
    Fork forkB = counterpart(forkA);
    Tail tailA = Tail.of(a, forkA, inA -> inA, Set.of());
    pairing.reserve(tailA.constants().keySet());
    pairing.walk(pairs(forkA.values(), forkB.values()));
    new ShapeComparison(a, b, pairing).check(true);
    Set<String> taken = new HashSet<>(pairing.constants().values());
    taken.addAll(a.inputNames());
    for (Node node : a.graph().nodes()) {
      if (!forkA.isBehind(node)) {
        taken.add(node.name());
        taken.addAll(node.outputs());
      }
    }
    requireSameOpsets(forkB);
    Tail tailB = Tail.of(b, forkB, pairing::inFirst, taken);
    return new AlignedWriter(a, b, pairing).write(tailA, tailB);
  }

  /** Both tails stand in one graph, where each operator set has one version. */
  private void requireSameOpsets(Fork forkB) {
    for (Node node : b.graph().nodes()) {
      String domain = node.isStandard() ? "" : node.domain();
      Integer first = a.graph().opsets().get(domain);
      Integer second = b.graph().opsets().get(domain);
      if (forkB.isBehind(node) && second != null && !second.equals(first)) {
        throw mismatch.of(
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
                mismatch.of(
                    "no node of the second computes what '%s' of the first does".formatted(name)));
  }

  private Aligned align(boolean sameHeads) {
    requireSameInputs();
    List<ValueInfo> outputsA = a.graph().outputs();
    List<ValueInfo> outputsB = b.graph().outputs();
    if (outputsA.size() != outputsB.size()) {
      throw mismatch.of("%d and %d outputs".formatted(outputsA.size(), outputsB.size()));
    }
    pairing.walk(
        pairs(
            outputsA.stream().map(ValueInfo::name).toList(),
            outputsB.stream().map(ValueInfo::name).toList()));
    new ShapeComparison(a, b, pairing).check(sameHeads);
    List<ValueInfo> outputs = new ArrayList<>();
    for (int i = 0; i < outputsA.size(); i++) {
      ValueInfo inB = outputsB.get(i);
      outputs.add(new ValueInfo(outputsA.get(i).name(), inB.type(), inB.shape()));
    }
    return new AlignedWriter(a, b, pairing)
        .write(
            new Tail(List.of(), Map.of(), Map.of(), Map.of(), outputsA),
            new Tail(List.of(), Map.of(), Map.of(), Map.of(), outputs));
  }

  private static List<Pairing.Pair> pairs(List<String> inA, List<String> inB) {
    return IntStream.range(0, inA.size())
        .mapToObj(i -> new Pairing.Pair(inA.get(i), inB.get(i)))
        .toList();
  }

  private void requireSameInputs() {
    List<ModelInput> ofA = a.inputs();
    List<ModelInput> ofB = b.inputs();
    boolean several = ofA.size() > 1 || ofB.size() > 1;
    if (several && !a.inputNames().equals(b.inputNames())) {
      throw mismatch.of("the inputs differ: %s and %s".formatted(a.inputNames(), b.inputNames()));
    }
    for (int i = 0; i < ofA.size(); i++) {
      ModelInput inA = ofA.get(i);
      ModelInput inB = ofB.get(i);
      if (!inA.shape().equals(inB.shape()) || inA.type() != inB.type()) {
        throw mismatch.of("the inputs differ: %s and %s".formatted(told(inA), told(inB)));
      }
      if (!inA.limit().equals(inB.limit())) {
        throw mismatch.of(
            "the tables that input '%s' picks rows of have %d and %d: networks of different vocabularies merge by the tokenizers of both (--tokenizer A.json --tokenizer B.json), which must differ"
                .formatted(inA.name(), inA.limit().orElse(0), inB.limit().orElse(0)));
      }
    }
    if (!a.fixedBatch().equals(b.fixedBatch())) {
      throw mismatch.of(
          "the first takes batches of %s, the second of %s"
              .formatted(batch(a.fixedBatch()), batch(b.fixedBatch())));
    }
  }

  private static String told(ModelInput input) {
    return input.type() == ElementType.FLOAT
        ? input.shape().toString()
        : "%s '%s' %s".formatted(input.type(), input.name(), input.shape());
  }

  private static String batch(OptionalInt fixed) {
    return fixed.isPresent() ? fixed.getAsInt() + " only" : "any size";
  }
}
