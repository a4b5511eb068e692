package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.List;
import java.util.Map;

/**
 * Brings a graph into canonical form, so that what follows sees one way of writing each thing:
 * constants are initializers, identities are gone, reshapes (and what flattens or squeezes) say
 * their shape with a free batch, Gemm has no factors and no transposed input, Conv and Gemm have a
 * bias, attributes that state the default are left out, BatchNormalization behind a linear layer is
 * folded into it.
 */
final class Canonicalizer {
  private final Probe probe;

  Canonicalizer(Probe probe) {
    this.probe = probe;
  }

  Graph apply(Graph graph) {
    GraphEditor editor = new GraphEditor(graph);
    foldConstants(editor);
    dropIdentities(editor);
    for (Node node : editor.nodes()) {
      switch (node.isStandard() ? node.op() : "") {
        case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> canonicalReshape(editor, node);
        case "Gemm" -> LinearForm.gemm(editor, node);
        case "Conv" ->
            LinearForm.convolution(editor, node, shape(node.input(0)), shape(node.output()));
        default -> {
          Node plain = DefaultAttributes.without(node, graph.opset(), shape -> shape(shape).rank());
          if (!plain.equals(node)) {
            editor.replace(node, plain);
          }
        }
      }
    }
    for (Node node : editor.nodes()) {
      if (node.is("BatchNormalization")) {
        BatchNormFolding.fold(editor, node);
      }
    }
    return editor.build();
  }

  private ValueShape shape(String value) {
    ValueShape shape = probe.shapes().get(value);
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
}
