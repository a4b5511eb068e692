package io.github.pleas.layout;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Subgraph;
import io.github.pleas.runtime.ValueShape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Builds the merged graph: the trunk once, with the merged widths; the tails once, or once for each
 * original.
 */
public final class ArchitectureBuilder {
  private final Network a;
  private final Network b;
  private final MergedLayout layout;
  private final Heads heads;
  private final Tails tails;
  private final Map<Node, Layer> layers = new HashMap<>();
  private final MergedConstants means;
  private final Draft draft;
  private final ResizedNodes resized;

  private ArchitectureBuilder(Network a, Network b, MergedLayout layout, Heads heads) {
    this.a = a;
    this.b = b;
    this.layout = layout;
    this.heads = heads;
    this.tails = Tails.of(a, heads.fork());
    this.means = new MergedConstants(a, b, layout);
    this.draft = new Draft(a, b, heads);
    this.resized = new ResizedNodes(a, layout, draft);
    a.layers().forEach(layer -> layers.put(layer.node(), layer));
  }

  /**
   * The merged architecture of two networks in the same names, up to their fork if they have one.
   *
   * @throws InvalidInputException if a layer is of a kind that cannot be merged
   */
  public static MergedArchitecture build(Network a, Network b, MergedLayout layout, Heads heads) {
    return new ArchitectureBuilder(a, b, layout, heads).build();
  }

  /**
   * Refuses, by name, networks with layers that cannot be merged; to be called before long work.
   */
  public static void requireMergeable(Network network, Heads heads) {
    Tails tails = Tails.of(network, heads.fork());
    if (tails.isForked()) {
      return; // behind a fork layers may stand as they like
    }
    Set<String> afterHeads = new HashSet<>();
    network.graph().nodes().stream()
        .filter(tails::isTail)
        .forEach(node -> afterHeads.addAll(node.outputs()));
    for (Layer layer : network.layers()) {
      if (afterHeads.contains(layer.input())) {
        throw new InvalidInputException(
            "%s: layer '%s' comes after the layer of another output; merging handles outputs of which none is on another's way"
                .formatted(network.source(), layer.name()));
      }
    }
    for (Layer head : tails.heads()) {
      if (!head.kind().isDense()) {
        throw new InvalidInputException(
            "%s: the last layer '%s' before the output is no dense layer; networks of separate labels can keep it to themselves, by --fork-at"
                .formatted(network.source(), head.name()));
      }
    }
  }

  /**
   * Refuses, by name, outputs that would be called as another value is; to be called before long
   * work.
   */
  public static void requireFreeOutputs(Network a, Network b, Heads heads) {
    MergedNames.requireFreeOutputs(a, b, heads);
  }

  private MergedArchitecture build() {
    requireMergeable(a, heads);
    requireFreeOutputs(a, b, heads);
    a.inputNames().forEach(input -> draft.shapes.put(input, a.shape(input)));
    for (Node node : a.graph().nodes()) {
      if (!tails.isTail(node)) {
        trunk(node);
      }
    }
    if (heads.separate()) {
      new TailBuilder(draft, layout, a, heads, Side.A, a::constant).build();
      new TailBuilder(draft, layout, b, heads, Side.B, b::constant).build();
    } else {
      new TailBuilder(draft, layout, a, heads, Side.MERGED, means::of).build();
    }
    List<ValueInfo> outputs =
        MergedNames.outputs(a, b, heads).stream()
            .map(name -> declared(name, ElementType.FLOAT, draft.shape(name)))
            .toList();
    Graph from = a.graph();
    Graph graph =
        new Graph(
            "merged",
            a.inputs().stream().map(i -> declared(i.name(), i.type(), i.shape())).toList(),
            outputs,
            draft.nodes,
            draft.constants,
            from.opsets(),
            from.irVersion(),
            Map.of());
    return new MergedArchitecture(graph, draft.shapes, draft.layers, heads);
  }

  /** What users are told: the batch axis is free, unless the originals take one size only. */
  private ValueInfo declared(String name, ElementType type, ValueShape shape) {
    return Subgraph.info(
        name,
        type,
        a.fixedBatch().isPresent()
            ? new ValueShape(shape.forBatch(a.fixedBatch().getAsInt()), -1)
            : shape);
  }

  private void trunk(Node node) {
    for (String output : node.outputs()) {
      if (!output.isEmpty()) {
        draft.shapes.put(output, layout.shape(output, a.shape(output)));
      }
    }
    Layer layer = layers.get(node);
    Node changed = node;
    Set<String> own = Set.of();
    if (layer != null) {
      MergedLayer merged = mergedLayer(layer);
      changed = draft.addLayer(node, merged);
      own = Draft.parameters(merged);
    } else {
      ResizedNodes.Resized wider = resized.of(node);
      changed = wider.node();
      own = wider.own();
    }
    draft.nodes.add(draft.withConstants(changed, own, "", a, means::of));
  }

  private MergedLayer mergedLayer(Layer layer) {
    MergedAxis out = layout.axis(layer.weight(), layer.outputAxis(), layer.outputs());
    MergedAxis in =
        switch (layer.kind()) {
          case DEPTHWISE, AFFINE -> out;
          // Its weight has an axis for the inputs of one group only.
          case GROUPED -> layout.axis(layer.input(), 1, layer.inputs());
          default -> layout.axis(layer.weight(), layer.inputAxis(), layer.inputs());
        };
    // A weight that several layers share is fitted for each of them, under names of their own.
    String weight = draft.names.take(layer.weight(), "");
    Optional<String> bias = layer.bias().map(name -> draft.names.take(name, ""));
    return new MergedLayer(
        layer.name(), layer, weight, bias, in, out, MergedLayer.Role.TRUNK, layer.positions(a));
  }
}
