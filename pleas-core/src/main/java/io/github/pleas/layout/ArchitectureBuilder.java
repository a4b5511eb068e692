package io.github.pleas.layout;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Subgraph;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
  private final Set<String> fitted = new HashSet<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Map<String, ValueShape> shapes = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<MergedLayer> merged = new ArrayList<>();

  private final MergedNames names;
  private final MergedNames nodeNames;
  private final Map<Origin, String> constantNames = new HashMap<>();

  /**
   * A constant that no fit solves for.
   *
   * @param name its name in the originals
   * @param suffix of the tail that it belongs to; empty for the mean of both originals'
   */
  private record Origin(String name, String suffix) {}

  /** For a layer's Add of its bias: the name of the bias in the merged network. */
  private final Map<String, String> biasNames = new HashMap<>();

  private ArchitectureBuilder(Network a, Network b, MergedLayout layout, Heads heads) {
    this.a = a;
    this.b = b;
    this.layout = layout;
    this.heads = heads;
    this.tails = Tails.of(a);
    this.names = MergedNames.ofValues(a, b, heads);
    this.nodeNames = MergedNames.ofNodes(a, heads);
    for (Layer layer : a.layers()) {
      layers.put(layer.node(), layer);
      fitted.add(layer.weight());
      layer.bias().ifPresent(fitted::add);
    }
  }

  /**
   * The merged architecture of two networks in the same names.
   *
   * @throws InvalidInputException if a layer is of a kind that cannot be merged
   */
  public static MergedArchitecture build(Network a, Network b, MergedLayout layout, Heads heads) {
    return new ArchitectureBuilder(a, b, layout, heads).build();
  }

  /**
   * Refuses, by name, networks with layers that cannot be merged; to be called before long work.
   */
  public static void requireMergeable(Network network) {
    Tails tails = Tails.of(network);
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
            "%s: the last layer '%s' before the output is no dense layer"
                .formatted(network.source(), head.name()));
      }
    }
  }

  /**
   * Refuses, by name, outputs that would be called as another value is; to be called before long
   * work.
   */
  public static void requireFreeOutputs(Network network, Heads heads) {
    MergedNames.requireFreeOutputs(network, heads);
  }

  private MergedArchitecture build() {
    requireMergeable(a);
    requireFreeOutputs(a, heads);
    shapes.put(a.input(), a.shape(a.input()));
    for (Node node : a.graph().nodes()) {
      if (!tails.isTail(node)) {
        trunk(node);
      }
    }
    if (heads.separate()) {
      tail(a, "_" + heads.nameA(), true);
      tail(b, "_" + heads.nameB(), false);
    } else {
      tail(a, "", true);
    }
    List<ValueInfo> outputs = new ArrayList<>();
    for (ValueInfo output : a.graph().outputs()) {
      for (String name :
          heads.separate()
              ? List.of(heads.ofA(output.name()), heads.ofB(output.name()))
              : List.of(output.name())) {
        outputs.add(declared(name, requireNonNull(shapes.get(name))));
      }
    }
    Graph from = a.graph();
    Graph graph =
        new Graph(
            "merged",
            List.of(declared(a.input(), a.shape(a.input()))),
            outputs,
            nodes,
            constants,
            from.opsets(),
            from.irVersion(),
            Map.of());
    return new MergedArchitecture(graph, shapes, merged, heads);
  }

  /** What users are told: the batch axis is free, unless the originals take one size only. */
  private ValueInfo declared(String name, ValueShape shape) {
    return Subgraph.info(
        name,
        a.fixedBatch().isPresent()
            ? new ValueShape(shape.forBatch(a.fixedBatch().getAsInt()), -1)
            : shape);
  }

  private void trunk(Node node) {
    for (String output : node.outputs()) {
      if (!output.isEmpty()) {
        shapes.put(output, mergedShape(output));
      }
    }
    Layer layer = layers.get(node);
    Node changed = node;
    Set<String> own = Set.of();
    if (layer != null) {
      MergedLayer mergedLayer = mergedLayer(a, layer, "", outAxis(layer), false);
      merged.add(mergedLayer);
      changed = withParameters(node, layer, mergedLayer);
      own = own(merged);
    } else if (node.is("Reshape")) {
      changed = reshape(node);
      own = Set.of(changed.input(1));
    } else if (node.is("Split")) {
      changed = split(node);
      own = changed.equals(node) || !changed.hasInput(1) ? Set.of() : Set.of(changed.input(1));
    }
    nodes.add(otherConstants(changed, own, "", Optional.empty()));
  }

  /** The names of the parameters of the layer added last. */
  private static Set<String> own(List<MergedLayer> merged) {
    MergedLayer last = merged.get(merged.size() - 1);
    Set<String> names = new HashSet<>(Set.of(last.weight()));
    last.bias().ifPresent(names::add);
    return names;
  }

  private MergedAxis outAxis(Layer layer) {
    return layout.axis(layer.weight(), layer.outputAxis(), layer.outputs());
  }

  private MergedLayer mergedLayer(
      Network original, Layer layer, String suffix, MergedAxis out, boolean head) {
    MergedAxis in =
        switch (layer.kind()) {
          case DEPTHWISE, AFFINE -> out;
          // Its weight has an axis for the inputs of one group only.
          case GROUPED -> layout.axis(layer.input(), 1, layer.inputs());
          default -> layout.axis(layer.weight(), layer.inputAxis(), layer.inputs());
        };
    // A weight that several layers share is fitted for each of them, under names of their own.
    String weight = names.take(layer.weight(), suffix);
    Optional<String> bias = layer.bias().map(name -> names.take(name, suffix));
    return new MergedLayer(
        layer.name() + suffix, layer, weight, bias, in, out, head, layer.positions(original));
  }

  private Node withParameters(Node node, Layer layer, MergedLayer mergedLayer) {
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(1, mergedLayer.weight());
    if (layer.kind() == Layer.Kind.MATMUL) {
      mergedLayer.bias().ifPresent(bias -> biasNames.put(layer.output(), bias));
    } else if (mergedLayer.bias().isPresent()) {
      inputs.set(2, mergedLayer.bias().get());
    }
    Node changed = node.withInputs(inputs);
    return layer.kind() == Layer.Kind.DEPTHWISE
        ? changed.withAttribute("group", new Attribute.Int(mergedLayer.out().length()))
        : changed;
  }

  private Node reshape(Node node) {
    ValueShape original = a.shape(node.output());
    ValueShape shape = requireNonNull(shapes.get(node.output()));
    long[] target = a.constant(node.input(1)).longs().clone();
    for (int axis = 0; axis < target.length; axis++) {
      if (shape.dimension(axis) != original.dimension(axis)) {
        target[axis] = shape.dimension(axis);
      }
    }
    // Others that read the same constant may have other widths: each has its own.
    String name = names.take(node.input(1), "");
    constants.put(name, Tensor.ofLongs(new int[] {target.length}, target));
    return node.withInputs(List.of(node.input(0), name));
  }

  /** A split whose parts may have other widths: said as its operator set says it. */
  private Node split(Node node) {
    int rank = a.shape(node.input(0)).rank();
    int attribute = (int) node.intAttribute("axis", 0);
    int axis = attribute < 0 ? attribute + rank : attribute;
    long[] sizes =
        node.outputs().stream()
            .mapToLong(output -> requireNonNull(shapes.get(output)).dimension(axis))
            .toArray();
    boolean same =
        node.outputs().stream()
            .allMatch(
                output ->
                    requireNonNull(shapes.get(output)).dimension(axis)
                        == a.shape(output).dimension(axis));
    if (same) {
      return node;
    }
    if (a.graph().opset() < 13) {
      List<Long> list = Arrays.stream(sizes).boxed().toList();
      return node.withAttribute("split", new Attribute.Ints(list));
    }
    String name = names.take(node.hasInput(1) ? node.input(1) : node.name() + "_sizes", "");
    constants.put(name, Tensor.ofLongs(new int[] {sizes.length}, sizes));
    return node.withoutAttribute("num_outputs").withInputs(List.of(node.input(0), name));
  }

  /**
   * Puts in the constants of a node that no fit solves for: those of merged units are the
   * originals' means.
   */
  private Node otherConstants(Node node, Set<String> own, String suffix, Optional<Network> only) {
    List<String> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      String bias = biasNames.get(node.output());
      if (own.contains(input) || !a.isConstant(input)) {
        inputs.add(input);
      } else if (fitted.contains(input) && bias != null && node.is("Add")) {
        inputs.add(bias);
      } else {
        // What a layer's weight is to a node that is no layer stays the originals' constant.
        String name =
            constantNames.computeIfAbsent(
                new Origin(input, suffix), origin -> names.take(input, suffix));
        constants.computeIfAbsent(
            name,
            absent ->
                only.isPresent() ? only.get().constant(input) : mean(input, a.constant(input)));
        inputs.add(name);
      }
    }
    return node.withInputs(inputs);
  }

  private Tensor mean(String name, Tensor ofA) {
    Tensor x = ofA;
    Tensor y = b.constant(name);
    boolean separated = false;
    if (layout.standsTogether(name)) {
      // Units on several axes together are all merged: each meets its partner.
      return x.isFloat() ? mean(x, layout.aligned(name, y)) : x;
    }
    for (int axis = 0; axis < ofA.rank(); axis++) {
      MergedAxis merging = layout.axis(name, axis, ofA.dimension(axis));
      if (merging.hasSeparate() && separated) {
        throw new InvalidInputException(
            "'" + name + "' has separate units on two axes, which only layers may have");
      }
      separated |= merging.hasSeparate();
      // A separate unit has its own constant: both sides of the mean take it from its original.
      Tensor[] both = gather(x, y, axis, merging.a(), merging.b());
      x = both[0];
      y = both[1];
    }
    return x.isFloat() ? mean(x, y) : x;
  }

  private static Tensor mean(Tensor x, Tensor y) {
    float[] mean = new float[x.size()];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (0.5 * ((double) x.floats()[i] + y.floats()[i]));
    }
    return Tensor.ofFloats(x.shape(), mean);
  }

  /** Both tensors along a merged axis, a missing side filled from the other. */
  private static Tensor[] gather(Tensor x, Tensor y, int axis, int[] a, int[] b) {
    Tensor joined = x.joined(axis, y);
    int length = x.dimension(axis);
    int[] left = new int[a.length];
    int[] right = new int[a.length];
    for (int e = 0; e < a.length; e++) {
      left[e] = a[e] >= 0 ? a[e] : length + b[e];
      right[e] = b[e] >= 0 ? length + b[e] : a[e];
    }
    return new Tensor[] {joined.gather(axis, left), joined.gather(axis, right)};
  }

  private void tail(Network original, String suffix, boolean first) {
    Map<String, String> made = new HashMap<>();
    Set<String> outputNames = new HashSet<>();
    original.graph().outputs().forEach(output -> outputNames.add(output.name()));
    for (Node node : a.graph().nodes()) {
      if (!tails.isTail(node)) {
        continue;
      }
      for (String output : node.outputs()) {
        if (!output.isEmpty()) {
          // The outputs' names are promises; without a suffix so are all.
          String name =
              suffix.isEmpty() || outputNames.contains(output)
                  ? output + suffix
                  : names.take(output, suffix);
          made.put(output, name);
          shapes.put(name, original.shape(output));
        }
      }
      Layer layer = layers.get(node);
      Node changed = node;
      if (layer != null) {
        Layer own =
            original.layers().stream()
                .filter(l -> l.name().equals(layer.name()))
                .findFirst()
                .orElseThrow();
        MergedLayer head = mergedLayer(original, own, suffix, headAxis(own, first), true);
        merged.add(head);
        changed = withParameters(node, layer, head);
      }
      Node named =
          otherConstants(
              changed,
              layer == null ? Set.of() : own(merged),
              suffix,
              heads.separate() ? Optional.of(original) : Optional.empty());
      nodes.add(
          new Node(
              suffix.isEmpty() ? node.name() : nodeNames.take(node.name(), suffix),
              node.op(),
              node.domain(),
              named.inputs().stream().map(i -> made.getOrDefault(i, i)).toList(),
              node.outputs().stream().map(o -> made.getOrDefault(o, o)).toList(),
              named.attributes()));
    }
  }

  private MergedAxis headAxis(Layer layer, boolean first) {
    if (!heads.separate()) {
      return outAxis(layer);
    }
    return first ? MergedAxis.onlyA(layer.outputs()) : MergedAxis.onlyB(layer.outputs());
  }

  private ValueShape mergedShape(String value) {
    ValueShape shape = a.shape(value);
    int[] dimensions = shape.dimensions();
    for (int axis = 0; axis < dimensions.length; axis++) {
      dimensions[axis] = layout.axis(value, axis, dimensions[axis]).length();
    }
    return new ValueShape(dimensions, shape.batchAxis());
  }
}
