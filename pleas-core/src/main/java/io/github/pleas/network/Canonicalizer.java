package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings a graph into canonical form, so that what follows sees one way of writing each thing:
 * constants are initializers, identities are gone, reshapes say their shape with a free batch, Gemm
 * has no factors and no transposed input, Conv and Gemm have a bias, BatchNormalization behind a
 * linear layer is folded into it.
 */
final class Canonicalizer {
  private static final Set<String> IDENTITIES = Set.of("Identity", "Dropout");

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
        case "Reshape", "Flatten" -> canonicalReshape(editor, node);
        case "Gemm" -> LinearForm.gemm(editor, node);
        case "Conv" ->
            LinearForm.convolution(editor, node, shape(node.input(0)), shape(node.output()));
        default -> {}
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
      // Earlier removals rename inputs: look the node up as it stands now.
      Node node = editor.producer(stale.output()).orElse(stale);
      boolean identity =
          node.isStandard() && IDENTITIES.contains(node.op())
              || node.is("Cast")
                  && node.intAttribute("to", 0) == 1
                  && editor.isConstant(node.input(0)) == false
                  && isFloatProducer(editor, node.input(0));
      if (!identity || node.outputs().stream().skip(1).anyMatch(o -> !o.isEmpty())) {
        continue;
      }
      if (!editor.isOutput(node.output())) {
        editor.remove(node);
        editor.redirect(node.output(), node.input(0));
      } else if (!editor.isInput(node.input(0))
          && !editor.isConstant(node.input(0))
          && !editor.isOutput(node.input(0))) {
        // The output's name is a promise to users: the value before it takes the name.
        editor.remove(node);
        Node producer = editor.producer(node.input(0)).orElseThrow();
        String from = node.input(0);
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

  /** Casting to single precision what is already so; other producers' types are left alone. */
  private static boolean isFloatProducer(GraphEditor editor, String value) {
    return editor.isInput(value)
        || editor
            .producer(value)
            .map(
                node ->
                    node.isStandard()
                        && Set.of("Conv", "Gemm", "MatMul", "Relu", "GlobalAveragePool", "MaxPool")
                            .contains(node.op()))
            .orElse(false);
  }

  /** Reshape to the observed shape, the batch axis free; Flatten is a Reshape too. */
  private void canonicalReshape(GraphEditor editor, Node node) {
    ValueShape shape = shape(node.output());
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
