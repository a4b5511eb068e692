package io.github.pleas.layout;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.OutputHeads;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Adds the tail of one original, or of both where the labels are shared, to the merged graph. Heads
 * read the merged units as they are; whatever else reads them gets its original's own units, in
 * their own order, brought through.
 */
final class TailBuilder {
  /**
   * A value of the merged network that stands for one of the original's.
   *
   * @param name in the merged network
   * @param axis the axis on which its units stand, -1 where they are the original's own
   * @param units what they stand for
   */
  private record Standing(String name, int axis, MergedAxis units) {}

  private final Draft draft;
  private final MergedLayout layout;
  private final Network original;
  private final Tails tails;
  private final Side side;
  private final String suffix;
  private final Function<String, Tensor> constants;
  private final Set<String> promised;
  private final Map<Node, Layer> layers = new HashMap<>();
  private final Map<String, Standing> values = new HashMap<>();
  private final Map<String, String> brought = new HashMap<>();

  /**
   * The tail of an original.
   *
   * @param side whose tail it is
   * @param constants the tail's constants by the original's names
   */
  TailBuilder(
      Draft draft,
      MergedLayout layout,
      Network original,
      Heads heads,
      Side side,
      Function<String, Tensor> constants) {
    this.draft = draft;
    this.layout = layout;
    this.original = original;
    this.tails = Tails.of(original, heads.fork());
    this.side = side;
    this.suffix =
        switch (side) {
          case A -> "_" + heads.nameA();
          case B -> "_" + heads.nameB();
          case MERGED -> "";
        };
    this.constants = constants;
    this.promised =
        original.graph().outputs().stream().map(ValueInfo::name).collect(Collectors.toSet());
    original.layers().forEach(layer -> layers.put(layer.node(), layer));
  }

  void build() {
    draft.forgetBiases();
    for (Node node : original.graph().nodes()) {
      if (tails.isTail(node)) {
        add(node);
      }
    }
  }

  private void add(Node node) {
    Optional<Layer> layer = Optional.ofNullable(layers.get(node));
    if (layer.filter(tails::isHead).isPresent()) {
      addHead(node, layer.get());
    } else if (tails.isPassing(node)) {
      addPassing(node);
    } else {
      Node named = draft.withConstants(node, Set.of(), suffix, original, constants);
      List<String> inputs = new ArrayList<>(named.inputs());
      for (int i = 0; i < inputs.size(); i++) {
        if (node.hasInput(i) && !original.isConstant(node.input(i))) {
          inputs.set(i, own(node.input(i)));
        }
      }
      name(node, -1, MergedAxis.same(0));
      write(named.withInputs(inputs));
      layer.ifPresent(kept -> keep(kept, named));
    }
  }

  private void addHead(Node node, Layer layer) {
    int axis = layer.unitAxis(original.shape(layer.input()).rank());
    Standing input = standing(layer.input());
    if (input.axis() >= 0 && input.axis() != axis) {
      throw onAnotherAxis(node, input.axis());
    }
    MergedLayer.Role role = role(layer);
    MergedAxis in =
        tails.isForked()
            ? input.axis() < 0 ? MergedAxis.same(layer.inputs()) : input.units()
            : layout.axis(layer.weight(), layer.inputAxis(), layer.inputs());
    MergedLayer head =
        new MergedLayer(
            layer.name() + suffix,
            layer.reading(input.name()),
            draft.names.take(layer.weight(), suffix),
            layer.bias().map(bias -> draft.names.take(bias, suffix)),
            in,
            alone(layer.outputs(), layer),
            role,
            layer.positions(original));
    name(node, -1, MergedAxis.same(0));
    Node changed = draft.addLayer(node, head);
    Set<String> own = Draft.parameters(head);
    Node named = draft.withConstants(changed, own, suffix, original, constants);
    write(reading(named, input.name()));
  }

  private MergedLayer.Role role(Layer layer) {
    if (OutputHeads.isAppended(original, layer) && side != Side.MERGED) {
      return MergedLayer.Role.APPENDED;
    }
    return !tails.isForked() || tails.isLast(layer)
        ? MergedLayer.Role.HEAD
        : MergedLayer.Role.BRANCH;
  }

  /** The units of a layer of one original; of a shared head, those of both. */
  private MergedAxis alone(int length, Layer layer) {
    return switch (side) {
      case A -> MergedAxis.onlyA(length);
      case B -> MergedAxis.onlyB(length);
      case MERGED -> layout.axis(layer.weight(), layer.outputAxis(), length);
    };
  }

  /** A node that does with merged units what it did with the original's. */
  private void addPassing(Node node) {
    Standing input = standing(node.input(0));
    MergedAxis units = input.units();
    Node changed = draft.withConstants(node, Set.of(), suffix, original, constants);
    if (node.is("Reshape")) {
      int positions =
          original.shape(node.output()).dimension(1) / original.shape(node.input(0)).dimension(1);
      units = runs(units, positions);
    }
    if (input.axis() >= 0) {
      if (!tails.isPassing(node, input.axis())) {
        throw onAnotherAxis(node, input.axis());
      }
      if (node.is("Reshape")) {
        String shape = draft.names.take(node.input(1), suffix);
        draft.constants.put(shape, Tensor.ofLongs(new int[] {2}, new long[] {-1, units.length()}));
        changed = changed.withInputs(List.of(changed.input(0), shape));
      }
    }
    name(node, input.axis(), units);
    write(reading(changed, input.name()));
  }

  private static Node reading(Node node, String value) {
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(0, value);
    return node.withInputs(inputs);
  }

  /** Each unit as a run of elements. */
  private static MergedAxis runs(MergedAxis units, int length) {
    int[][] a = runs(units.allA(), length);
    int[][] b = runs(units.allB(), length);
    MergedAxis runs = MergedAxis.zipped(a, b);
    return units.zipped().isPresent() ? runs : new MergedAxis(runs.a(), runs.b());
  }

  private static int[][] runs(int[][] units, int length) {
    int[][] elements = new int[units.length * length][];
    for (int e = 0; e < elements.length; e++) {
      int within = e % length;
      elements[e] = Arrays.stream(units[e / length]).map(u -> u * length + within).toArray();
    }
    return elements;
  }

  /** A layer behind the first ones, as it was. */
  private void keep(Layer layer, Node named) {
    MergedAxis out = alone(layer.outputs(), layer);
    draft.layers.add(
        new MergedLayer(
            layer.name() + suffix,
            layer,
            named.input(1),
            layer.bias(),
            layer.kind().isPerChannel() ? out : alone(layer.inputs(), layer),
            out,
            MergedLayer.Role.KEPT,
            layer.positions(original)));
  }

  /** Names what a node makes; the outputs' names are promises, and without a suffix so are all. */
  private void name(Node node, int axis, MergedAxis units) {
    for (String output : node.outputs()) {
      if (output.isEmpty()) {
        continue;
      }
      String name =
          suffix.isEmpty() || promised.contains(output)
              ? output + suffix
              : draft.names.take(output, suffix);
      values.put(output, new Standing(name, axis, units));
      ValueShape shape = original.shape(output);
      int[] dimensions = shape.dimensions();
      if (axis >= 0) {
        dimensions[axis] = units.length();
      }
      draft.shapes.put(name, shape.withDimensions(dimensions));
    }
  }

  private void write(Node node) {
    draft.nodes.add(
        new Node(
            suffix.isEmpty() ? node.name() : draft.nodeNames.take(node.name(), suffix),
            node.op(),
            node.domain(),
            node.inputs(),
            node.outputs().stream().map(o -> o.isEmpty() ? o : standing(o).name()).toList(),
            node.attributes()));
  }

  /** What stands for a value: of the tail itself, or of the trunk. */
  private Standing standing(String value) {
    Standing known = values.get(value);
    if (known != null) {
      return known;
    }
    int[] dimensions = original.shape(value).dimensions();
    Standing found = new Standing(value, -1, MergedAxis.same(0));
    for (int axis = 0; tails.isForked() && axis < dimensions.length; axis++) {
      MergedAxis units = layout.axis(value, axis, dimensions[axis]);
      if (!isSame(units)) {
        if (found.axis() >= 0) {
          throw new InvalidInputException(
              "'%s' has units on two axes, %d and %d; fork elsewhere"
                  .formatted(value, found.axis(), axis));
        }
        found = new Standing(value, axis, units);
      }
    }
    values.put(value, found);
    return found;
  }

  private static boolean isSame(MergedAxis units) {
    int[] all = IntStream.range(0, units.length()).toArray();
    return Arrays.equals(units.a(), all) && Arrays.equals(units.b(), all);
  }

  /** The name of a value in the original's own units. */
  private String own(String value) {
    Standing from = standing(value);
    if (from.axis() < 0) {
      return from.name();
    }
    return brought.computeIfAbsent(value, absent -> bring(value, from));
  }

  private String bring(String value, Standing from) {
    int[][] stands = side == Side.B ? from.units().allB() : from.units().allA();
    long[] places = new long[original.shape(value).dimension(from.axis())];
    for (int e = 0; e < stands.length; e++) {
      for (int own : stands[e]) {
        places[own] = e;
      }
    }
    String name = draft.names.take(value, suffix + "_own");
    String indices = draft.names.take(name, "_units");
    draft.constants.put(indices, Tensor.ofLongs(new int[] {places.length}, places));
    draft.shapes.put(name, original.shape(value));
    draft.nodes.add(
        new Node(
            draft.nodeNames.take(name, ""),
            "Gather",
            "",
            List.of(from.name(), indices),
            List.of(name),
            Map.of("axis", new Attribute.Int(from.axis()))));
    return name;
  }

  private InvalidInputException onAnotherAxis(Node node, int axis) {
    return new InvalidInputException(
        "%s: '%s' works along another axis than axis %d, on which the units of '%s' stand; fork elsewhere"
            .formatted(original.source(), node.name(), axis, node.input(0)));
  }
}
