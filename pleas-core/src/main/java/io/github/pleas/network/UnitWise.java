package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Operators without weights that turn each unit of one value into a unit of another, whatever the
 * number of units: activations, poolings, what flattens, what scales the image.
 */
final class UnitWise {
  private static final Set<String> ACTIVATIONS =
      Set.of(
          "Abs",
          "Celu",
          "Clip",
          "Elu",
          "Erf",
          "Exp",
          "Gelu",
          "HardSigmoid",
          "HardSwish",
          "LeakyRelu",
          "Mish",
          "Neg",
          "Relu",
          "Selu",
          "Sigmoid",
          "Softplus",
          "Softsign",
          "Sqrt",
          "Tanh",
          "ThresholdedRelu");

  private static final Set<String> POOLINGS =
      Set.of("AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "MaxPool");

  private UnitWise() {}

  /** Whether a node works so on its first input. */
  static boolean passes(Node node, Network network) {
    if (!node.isStandard() || node.outputs().size() != 1) {
      return false;
    }
    if (isActivation(node)) {
      return node.inputs().stream()
          .skip(1)
          .allMatch(i -> i.isEmpty() || network.isConstant(i) && network.constant(i).size() == 1);
    }
    return POOLINGS.contains(node.op()) || flattens(node, network) || scales(node, network);
  }

  /** Whether it works on each number by itself, so that units may stand on any axis. */
  static boolean isActivation(Node node) {
    return ACTIVATIONS.contains(node.op());
  }

  /** [batch, units, positions...] to [batch, units x positions]. */
  private static boolean flattens(Node node, Network network) {
    if (!node.is("Reshape") || !network.isConstant(node.input(1))) {
      return false;
    }
    ValueShape in = network.shape(node.input(0));
    ValueShape out = network.shape(node.output());
    return in.rank() > 2 && out.rank() == 2 && in.batchAxis() == 0 && out.batchAxis() == 0;
  }

  /**
   * By factors that leave batch and units as they are; sizes would say how many units there are.
   */
  private static boolean scales(Node node, Network network) {
    if (!node.is("Resize") || node.hasInput(3) || !network.isConstant(node.input(2))) {
      return false;
    }
    Tensor factors = network.constant(node.input(2));
    return factors.isFloat()
        && factors.size() > 2
        && !node.attributes().containsKey("axes")
        && IntStream.range(0, 2).allMatch(axis -> factors.floats()[axis] == 1);
  }
}
