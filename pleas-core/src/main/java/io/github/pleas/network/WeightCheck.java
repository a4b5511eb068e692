package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Refuses networks whose weights are not numbers, by the names of the tensors. */
final class WeightCheck {
  private static final int SHOWN = 5;
  private static final Set<String> LAYERS =
      Set.of("Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization");

  private WeightCheck() {}

  /**
   * Checks the constants as they stand in the file: NaN is damage anywhere; infinity is a usual
   * constant in masks and clips, but damage in a layer.
   */
  static void checkFile(Graph graph, String source) {
    Set<String> weights = new TreeSet<>();
    for (Node node : graph.nodes()) {
      if (node.isStandard() && LAYERS.contains(node.op())) {
        // The runtime would refuse it too, but what comes before reads its weight.
        if (!node.hasInput(0) || !node.hasInput(1) || node.outputs().isEmpty()) {
          throw new InvalidInputException(
              "%s: node '%s' (%s) has %d inputs and %d outputs; expected data, a weight and a result; export the network again"
                  .formatted(
                      source, node.name(), node.op(), node.inputs().size(), node.outputs().size()));
        }
        weights.addAll(node.inputs().subList(1, node.inputs().size()));
      }
    }
    Set<String> bad = new TreeSet<>();
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.isFloat() && isBad(tensor, weights.contains(name))) {
                bad.add(name);
              }
            });
    refuse(bad, source);
  }

  /**
   * Checks the layers' parameters as they are after folding, which may have made them: a negative
   * variance, a weight that is cast from another type.
   */
  static void checkLayers(Network network) {
    Set<String> bad = new TreeSet<>();
    for (Layer layer : network.layers()) {
      Stream.concat(Stream.of(layer.weight()), layer.bias().stream())
          .filter(name -> isBad(network.constant(name), true))
          .forEach(bad::add);
    }
    refuse(bad, network.source());
  }

  private static boolean isBad(Tensor tensor, boolean weight) {
    for (float value : tensor.floats()) {
      if (weight ? !Float.isFinite(value) : Float.isNaN(value)) {
        return true;
      }
    }
    return false;
  }

  private static void refuse(Collection<String> bad, String source) {
    if (!bad.isEmpty()) {
      throw new InvalidInputException(
          "%s: %s NaN or infinite values: %s; take another checkpoint, or export the network again"
              .formatted(
                  source,
                  bad.size() == 1 ? "one weight has" : bad.size() + " weights have",
                  String.join(", ", bad.stream().limit(SHOWN).toList())
                      + (bad.size() > SHOWN ? ", ..." : "")));
    }
  }
}
