package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Brings a graph into canonical form, so that what follows sees one way of writing each thing:
 * constants are initializers, identities are gone, reshapes (and what flattens or squeezes) say
 * their shape with a free batch, means over all positions are GlobalAveragePool, sequences are
 * slices, a Resize states its factors, products of rows with a matrix are Gemm, Gemm has no factors
 * and no transposed input, an Einsum that is a linear layer is a product of rows, layers on tokens
 * have the batch in front, Conv and Gemm have a bias, attributes that state the default are left
 * out, BatchNormalization behind a linear layer is folded into it, constants that are the same all
 * along an axis are shared by nobody.
 */
final class Canonicalizer {
  // Inputs of LSTM: initial_h, initial_c.
  private static final int FIRST_STATE = 5;
  private static final int LAST_STATE = 6;

  private final Probe probe;
  private final Map<String, ValueShape> shapes;
  private final Map<String, ElementType> types;

  Canonicalizer(Probe probe) {
    this.probe = probe;
    this.shapes = new LinkedHashMap<>(probe.shapes());
    this.types = new LinkedHashMap<>(probe.types());
  }

  /** The shapes of all values, of those that the canonical form added too. */
  Map<String, ValueShape> shapes() {
    return shapes;
  }

  /** The element types of all values that are tensors, of those that were added too. */
  Map<String, ElementType> types() {
    return types;
  }

  Graph apply(Graph graph) {
    GraphEditor editor = new GraphEditor(graph);
    foldConstants(editor);
    dropIdentities(editor);
    for (Node node : editor.nodes()) {
      switch (node.isStandard() ? node.op() : "") {
        case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> canonicalReshape(editor, node);
        case "ReduceMean" -> canonicalMean(editor, node);
        case "Resize" ->
            ResizeForm.resize(editor, node, shape(node.input(0)), shape(node.output()));
        case "Gather" -> canonicalGather(editor, node);
        case "SequenceAt" -> SequenceForm.at(editor, node, shape(node.output()).rank());
        case "LSTM", "GRU", "RNN" -> dropZeroStates(editor, node);
        case "Gemm" -> LinearForm.gemm(editor, node);
        case "MatMul" -> LinearForm.matMul(editor, node, shape(node.output()).rank());
        case "Einsum" -> EinsumForm.apply(editor, node, shapes, types);
        case "Conv" ->
            LinearForm.convolution(editor, node, shape(node.input(0)), shape(node.output()));
        default -> dropDefaults(editor, node, graph.opset());
      }
      if (node.domain().equals("com.microsoft") && node.op().equals("Attention")) {
        AttentionForm.apart(editor, node, shapes, types);
      }
    }
    BatchFirstForm.apply(editor, shapes, types);
    for (Node node : editor.nodes()) {
      if (node.is("BatchNormalization")) {
        BatchNormFolding.fold(editor, node);
      }
    }
    OwnConstants.give(editor);
    return editor.build();
  }

  private ValueShape shape(String value) {
    ValueShape shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalStateException("no shape was observed for '" + value + "'");
    }
    return shape;
  }

  private void foldConstants(GraphEditor editor) {
    for (Node node : editor.nodes()) {
      boolean constant =
          node.outputs().stream()
              .allMatch(output -> output.isEmpty() || probe.constants().containsKey(output));
      if (constant && node.outputs().stream().noneMatch(editor::isOutput)) {
        for (String output : node.outputs()) {
          Tensor tensor = probe.constants().get(output);
          if (tensor != null) {
            editor.setConstant(output, tensor);
          }
        }
        editor.remove(node);
      }
    }
  }

  private void dropIdentities(GraphEditor editor) {
    for (Node stale : editor.nodes()) {
      // Earlier removals rename inputs and outputs: look the node up as it stands now.
      Node node = editor.producer(stale.output()).orElse(stale);
      if (!isIdentity(editor, node) || editor.isCaptured(node.output())) {
        continue;
      }
      String from = node.input(0);
      if (!editor.isOutput(node.output())) {
        editor.remove(node);
        editor.redirect(node.output(), from);
      } else if (editor.producer(from).isPresent()
          && !editor.isOutput(from)
          && !editor.isCaptured(from)) {
        // The output's name is a promise to users: the value before it takes the name.
        editor.remove(node);
        Node producer = editor.producer(from).orElseThrow();
        editor.replace(
            producer,
            producer.withOutputs(
                producer.outputs().stream()
                    .map(output -> output.equals(from) ? node.output() : output)
                    .toList()));
        editor.redirect(from, node.output());
      }
    }
  }

  private boolean isIdentity(GraphEditor editor, Node node) {
    if (!node.isStandard() || node.outputs().stream().skip(1).anyMatch(editor::isUsed)) {
      return false;
    }
    return switch (node.op()) {
      case "Identity" -> true;
      case "Concat" -> node.inputs().size() == 1;
      // In training form it draws numbers, which is not for us to change.
      case "Dropout" ->
          !node.hasInput(2)
              || editor
                  .constant(node.input(2))
                  .filter(training -> training.longs()[0] == 0)
                  .isPresent();
      case "Cast" ->
          node.intAttribute("to", 0) == ElementType.FLOAT.code()
              && probe.types().get(node.input(0)) == ElementType.FLOAT;
      default -> false;
    };
  }

  /** Reshape to the observed shape, the batch axis free. */
  private void canonicalReshape(GraphEditor editor, Node node) {
    ValueShape shape = shape(node.output());
    if (shape.elementsPerImage() == 0) {
      return; // in a Reshape a zero means something else
    }
    long[] target = new long[shape.rank()];
    for (int axis = 0; axis < target.length; axis++) {
      target[axis] = axis == shape.batchAxis() ? -1 : shape.dimension(axis);
    }
    String name =
        editor.addConstant(
            node.output() + "_shape", Tensor.ofLongs(new int[] {target.length}, target));
    editor.replace(
        node,
        new Node(
            node.name(),
            "Reshape",
            "",
            List.of(node.input(0), name),
            node.outputs(),
            Map.<String, Attribute>of()));
  }

  /** One exporter writes a reshape as a gathering of all elements in their order. */
  private void canonicalGather(GraphEditor editor, Node node) {
    long[] indices = editor.constant(node.input(1)).map(Tensor::longs).orElse(new long[0]);
    boolean ofARow = !editor.isConstant(node.input(0)) && shape(node.input(0)).rank() == 1;
    if (ofARow
        && indices.length == shape(node.output()).elementsPerImage()
        && indices.length == shape(node.input(0)).elementsPerImage()
        && Arrays.equals(indices, LongStream.range(0, indices.length).toArray())) {
      canonicalReshape(editor, node);
    }
  }

  /** A recurrent layer starts from zero where no state is given. */
  private void dropZeroStates(GraphEditor editor, Node node) {
    List<String> inputs = new ArrayList<>(node.inputs());
    for (int state = FIRST_STATE; state < Math.min(inputs.size(), LAST_STATE + 1); state++) {
      String name = inputs.get(state);
      boolean zero =
          probe.zeros().contains(name) || editor.constant(name).filter(Probe::isZero).isPresent();
      if (zero) {
        inputs.set(state, "");
      }
    }
    while (inputs.get(inputs.size() - 1).isEmpty()) {
      inputs.remove(inputs.size() - 1);
    }
    if (!inputs.equals(node.inputs())) {
      editor.replace(node, node.withInputs(inputs));
    }
  }

  private void dropDefaults(GraphEditor editor, Node node, int opset) {
    Node plain = DefaultAttributes.without(node, opset, value -> shape(value).rank());
    if (!plain.equals(node)) {
      editor.replace(node, plain);
    }
  }

  /** ReduceMean over all axes behind the channels, with or without them in the result. */
  private void canonicalMean(GraphEditor editor, Node node) {
    ValueShape in = shape(node.input(0));
    if (!isOverPositions(editor, node, in.rank())) {
      dropDefaults(editor, node, 0);
      return;
    }
    List<String> input = List.of(node.input(0));
    if (node.intAttribute("keepdims", 1) != 0) {
      editor.replace(
          node, new Node(node.name(), "GlobalAveragePool", "", input, node.outputs(), Map.of()));
      return;
    }
    int[] dimensions = in.dimensions();
    Arrays.fill(dimensions, 2, dimensions.length, 1);
    String pooled = editor.freeName(node.output() + "_pooled");
    shapes.put(pooled, new ValueShape(dimensions, in.batchAxis()));
    types.put(pooled, ElementType.FLOAT);
    editor.insertBefore(
        node, new Node(pooled, "GlobalAveragePool", "", input, List.of(pooled), Map.of()));
    Node rest = node.withInputs(List.of(pooled));
    editor.replace(node, rest);
    canonicalReshape(editor, rest);
  }

  private boolean isOverPositions(GraphEditor editor, Node node, int rank) {
    long[] axes =
        node.hasInput(1)
            ? editor.constant(node.input(1)).map(Tensor::longs).orElse(new long[0])
            : Arrays.stream(node.intsAttribute("axes", new int[0])).asLongStream().toArray();
    long[] fromFront = Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).sorted().toArray();
    return rank >= 3
        && probe.types().get(node.output()) == ElementType.FLOAT
        && Arrays.equals(fromFront, LongStream.range(2, rank).toArray());
  }
}
