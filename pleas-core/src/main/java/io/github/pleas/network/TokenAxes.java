package io.github.pleas.network;

import io.github.pleas.onnx.Graph;
import io.github.pleas.runtime.ValueShape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which axes of a network's values run over the tokens of a text: those whose length changes with
 * the text's. As with the batch, nothing is inferred; the network is read for two lengths.
 */
final class TokenAxes {
  private TokenAxes() {}

  /**
   * Marks them.
   *
   * @param network read for one length
   * @param other the same network, read for texts that are a token shorter
   * @param file the graph that both were read from
   */
  static Network mark(Network network, Network other, Graph file) {
    Map<String, ValueShape> shapes = new LinkedHashMap<>();
    network
        .shapes()
        .forEach(
            (value, shape) ->
                shapes.put(
                    value, other.hasValue(value) ? marked(shape, other.shape(value)) : shape));
    return network.withTokens(shapes, TokenTables.rest(network, other, file));
  }

  private static ValueShape marked(ValueShape shape, ValueShape other) {
    return shape.rank() != other.rank()
        ? shape
        : shape.withTokens(
            IntStream.range(0, shape.rank())
                .filter(axis -> shape.dimension(axis) != other.dimension(axis))
                .toArray());
  }
}
