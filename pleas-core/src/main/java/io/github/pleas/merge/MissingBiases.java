package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Node;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Biases that the fit has found for layers that have none in the original, and no
 * BatchNormalization right behind them (DenseNet's, whose results are concatenated first). The
 * normalisations further on make up for them: each takes what is missing in what it reads off its
 * running mean.
 */
final class MissingBiases {
  private final ToIntFunction<String> channels;
  private final Map<String, double[]> missing = new HashMap<>();
  private final Map<String, double[]> absorbed = new HashMap<>();

  /**
   * Nothing is missing yet.
   *
   * @param channels of each value, in the merged network
   */
  MissingBiases(ToIntFunction<String> channels) {
    this.channels = channels;
  }

  /** Notes that a layer's result lacks a bias. */
  void add(Node layer, float[] bias) {
    double[] offset = new double[bias.length];
    Arrays.setAll(offset, c -> bias[c]);
    missing.put(layer.output(), offset);
  }

  /**
   * Passes on what is missing in what a node reads; to be called in the order of the graph.
   *
   * @throws InvalidInputException if the node does something else than passing it on: the original
   *     has no place for this bias
   */
  void pass(Node node) {
    if (node.inputs().stream().noneMatch(missing::containsKey)) {
      return;
    }
    boolean padded = Arrays.stream(node.intsAttribute("pads", new int[0])).anyMatch(p -> p != 0);
    switch (node.op()) {
      case "MaxPool", "GlobalAveragePool" -> missing.put(node.output(), of(node.input(0)));
      case "AveragePool" -> {
        if (padded) {
          throw refuse(node);
        }
        missing.put(node.output(), of(node.input(0)));
      }
      case "Concat" -> missing.put(node.output(), joined(node.inputs()));
      case "BatchNormalization" -> absorbed.put(node.name(), of(node.input(0)));
      default -> throw refuse(node);
    }
  }

  private static InvalidInputException refuse(Node node) {
    return new InvalidInputException(
        "the original's state dict has no place for the bias of a layer before '%s'; write the merged network as .onnx"
            .formatted(node.name()));
  }

  private double[] of(String value) {
    return requireNonNull(missing.get(value));
  }

  private double[] joined(List<String> values) {
    return values.stream()
        .map(value -> missing.getOrDefault(value, new double[channels.applyAsInt(value)]))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  /** What a normalisation has to take off its running mean; zeros if nothing is missing. */
  double[] absorbedBy(Node norm, int length) {
    return absorbed.getOrDefault(norm.name(), new double[length]);
  }
}
