package io.github.pleas.merge;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a parameter of a built network is used: which node reads it, and how it is brought into
 * another form on the way (a matrix transposed, a kernel flattened), which the canonical form folds
 * into it.
 *
 * @param node the node that reads it
 * @param input as which input
 * @param forms the nodes that bring it into form, in order
 */
record ParameterUse(Node node, int input, List<Node> forms) {
  ParameterUse {
    forms = List.copyOf(forms);
  }

  /** The uses of all parameters of a graph that are used once. */
  static Map<String, ParameterUse> of(Graph graph) {
    Set<String> constants = new HashSet<>(graph.initializers().keySet());
    Map<String, ParameterUse> uses = new HashMap<>(); // by the value as it stands now
    Map<String, String> names = new HashMap<>();
    graph.initializers().keySet().forEach(name -> names.put(name, name));
    Map<String, List<Node>> forms = new HashMap<>();
    for (Node node : graph.nodes()) {
      boolean forming = constants.containsAll(node.inputs());
      for (int i = 0; i < node.inputs().size(); i++) {
        String value = node.input(i);
        String name = names.get(value);
        if (name == null) {
          continue;
        }
        List<Node> before = forms.getOrDefault(value, List.of());
        if (forming && i == 0) {
          List<Node> all = new ArrayList<>(before);
          all.add(node);
          forms.put(node.output(), all);
          names.put(node.output(), name);
        } else if (!forming) {
          uses.put(name, new ParameterUse(node, i, before));
        }
      }
      if (forming) {
        constants.addAll(node.outputs());
      }
    }
    return uses;
  }

  /**
   * A tensor of the form that the node reads, brought back into that of the parameter.
   *
   * @param original the parameter in the original, of whose shape the axes within a unit are
   */
  Tensor undone(Tensor formed, Tensor original) {
    Tensor tensor = formed;
    for (int k = forms.size() - 1; k >= 0; k--) {
      Node form = forms.get(k);
      tensor =
          switch (form.op()) {
            case "Transpose" -> transposed(tensor);
            case "Flatten" -> unflattened(tensor, original);
            case "Unsqueeze" -> tensor.reshaped(new int[] {tensor.size()});
            default -> throw new IllegalStateException("no way back from " + form.op());
          };
    }
    return tensor;
  }

  private static Tensor transposed(Tensor matrix) {
    int rows = matrix.dimension(0);
    int columns = matrix.dimension(1);
    float[] from = matrix.floats();
    float[] to = new float[from.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        to[c * rows + r] = from[r * columns + c];
      }
    }
    return Tensor.ofFloats(new int[] {columns, rows}, to);
  }

  private static Tensor unflattened(Tensor matrix, Tensor original) {
    int[] shape = original.shape();
    int taps = 1;
    for (int axis = 2; axis < shape.length; axis++) {
      taps *= shape[axis];
    }
    shape[0] = matrix.dimension(0);
    shape[1] = matrix.dimension(1) / taps;
    return matrix.reshaped(shape);
  }
}
