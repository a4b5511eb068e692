package io.github.pleas.architecture;

import io.github.pleas.InvalidInputException;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The finished graph of a recognised network, with its weights read and widened or rounded. */
final class GraphAssembly {
  private static final int OPSET = 17;
  private static final int IR_VERSION = 8; // the first with this operator set

  private final Recognition network;
  private final StateDict dict;
  private final Optional<int[]> imageSize;
  private final String source;

  GraphAssembly(Recognition network, StateDict dict, Optional<int[]> imageSize, String source) {
    this.network = network;
    this.dict = dict;
    this.imageSize = imageSize.map(int[]::clone);
    this.source = source;
  }

  BuiltNetwork build() {
    Map<String, Tensor> initializers = new LinkedHashMap<>();
    List<Tensor> stored = new ArrayList<>();
    for (String name : network.parameters().used()) {
      Tensor tensor = dict.read(name);
      stored.add(tensor);
      initializers.put(name, single(name, tensor));
    }
    initializers.putAll(network.draft().constants());
    Graph graph =
        new Graph(
            network.name(),
            List.of(input()),
            List.of(
                new ValueInfo(
                    GraphDraft.OUTPUT,
                    ElementType.FLOAT,
                    List.of(
                        ValueInfo.Dimension.free("batch"),
                        ValueInfo.Dimension.of(network.output().channels())))),
            nodes(),
            initializers,
            Map.of("", OPSET),
            IR_VERSION,
            Map.of());
    return new BuiltNetwork(network.name(), network.scheme(), graph, Precision.stored(stored));
  }

  private ValueInfo input() {
    Optional<int[]> size = size();
    return new ValueInfo(
        GraphDraft.INPUT,
        ElementType.FLOAT,
        List.of(
            ValueInfo.Dimension.free("batch"),
            ValueInfo.Dimension.of(network.draft().inputChannels()),
            size.map(s -> ValueInfo.Dimension.of(s[0])).orElse(ValueInfo.Dimension.free("height")),
            size.map(s -> ValueInfo.Dimension.of(s[1])).orElse(ValueInfo.Dimension.free("width"))));
  }

  private Optional<int[]> size() {
    if (network.draft().imageSide().isPresent()) {
      int side = network.draft().imageSide().getAsInt();
      if (imageSize.isPresent() && (imageSize.get()[0] != side || imageSize.get()[1] != side)) {
        throw new InvalidInputException(
            "%s takes images of %d x %d, as many patches as it has positions; found %d x %d"
                .formatted(source, side, side, imageSize.get()[0], imageSize.get()[1]));
      }
      return Optional.of(new int[] {side, side});
    }
    return imageSize.or(
        () ->
            network.description().imageSize().stream()
                .mapToObj(side -> new int[] {side, side})
                .findFirst());
  }

  /** The nodes, the last of them writing the output. */
  private List<Node> nodes() {
    List<Node> nodes = new ArrayList<>(network.draft().nodes());
    nodes.replaceAll(
        node ->
            node.output().equals(network.output().name())
                ? node.withOutputs(List.of(GraphDraft.OUTPUT))
                : node);
    return nodes;
  }

  private Tensor single(String name, Tensor tensor) {
    Tensor single = Precision.FLOAT32.of(tensor);
    if (!single.isFloat()) {
      throw new InvalidInputException(
          "%s: %s has type %s, expected a floating-point type"
              .formatted(source, name, tensor.type()));
    }
    return single;
  }
}
