package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether what was paired of two networks has the same shapes and the same settings. */
final class ShapeComparison {
  /** Operators whose constants say what they compute, and are not learned, exponents aside. */
  private static final Set<String> SETTINGS = Set.of("Clip", "Pad", "Pow", "Resize", "Upsample");

  private final Network a;
  private final Network b;
  private final Pairing pairing;
  private final Mismatch mismatch;

  ShapeComparison(Network a, Network b, Pairing pairing) {
    this.a = a;
    this.b = b;
    this.pairing = pairing;
    this.mismatch = new Mismatch(a, b);
  }

  /**
   * Shapes of values and constants agree, but for what the heads make and the head layers' own
   * parameters.
   */
  void check(boolean sameHeads) {
    Tails tails = Tails.of(a);
    List<String> headLayers = tails.heads().stream().map(Layer::name).toList();
    for (Node node : a.graph().nodes()) {
      boolean tail = tails.isTail(node);
      Optional<Node> counterpart = pairing.counterpart(node);
      for (int i = 0; counterpart.isPresent() && i < node.inputs().size(); i++) {
        if (a.isConstant(node.input(i)) && !(tail && !sameHeads)) {
          checkConstants(node, i, b.constant(counterpart.get().input(i)), headLayers);
        }
      }
      for (String output : node.outputs()) {
        String inB = pairing.values().get(output);
        if (inB != null && !(tail && !sameHeads) && !a.shape(output).equals(b.shape(inB))) {
          throw mismatch.of(
              "the output of %s '%s' is %s in the first, %s in the second"
                  .formatted(node.op(), node.name(), a.shape(output), b.shape(inB)));
        }
      }
    }
  }

  /**
   * Whether exponents are parameters, as that of a generalised mean is. Those that stand in a
   * program are squares, roots and the like; what training has changed, in one network at least, is
   * no multiple of a half.
   */
  private static boolean isLearnedExponent(Tensor first, Tensor second) {
    return !isOfHalves(first) || !isOfHalves(second);
  }

  private static boolean isOfHalves(Tensor exponents) {
    for (float exponent : exponents.floats()) {
      if (2 * exponent != Math.rint(2 * exponent)) {
        return false;
      }
    }
    return true;
  }

  private void checkConstants(Node node, int index, Tensor other, List<String> headLayers) {
    String input = node.input(index);
    int[] shapeA = a.constant(input).shape();
    int[] shapeB = other.shape();
    if (!Arrays.equals(shapeA, shapeB)) {
      throw mismatch.of(
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
    boolean learned =
        other.isFloat()
            && (!SETTINGS.contains(node.op())
                || node.is("Pow") && isLearnedExponent(a.constant(input), other));
    if (!learned && !other.equals(a.constant(input))) {
      throw mismatch.of(
          "'%s' of %s '%s' has different values".formatted(input, node.op(), node.name()));
    }
  }
}
