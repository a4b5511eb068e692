package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime's optimiser writes an attention with its projections as one operator, X [batch,
 * positions, in], W [in, features of queries, keys and values]. In canonical form the projections
 * are a layer, MatMul and Add, whose result is split, and the rest is a MultiHeadAttention.
 */
final class AttentionForm {
  private static final String RUNTIME = "com.microsoft";
  private static final int MASK = 3;
  private static final int PAST = 4;
  private static final int BIAS = 5;

  /** What MultiHeadAttention has too, with the same meaning. */
  private static final Set<String> KEPT = Set.of("num_heads", "mask_filter_value", "scale");

  private AttentionForm() {}

  /**
   * Rewrites an Attention of ONNX Runtime's, if it is of a kind that the other operator computes.
   *
   * @param shapes of all values; those of new ones are added
   * @param types likewise
   */
  static void apart(
      GraphEditor editor,
      Node node,
      Map<String, ValueShape> shapes,
      Map<String, ElementType> types) {
    if (!isPlain(editor, node, shapes)) {
      return;
    }
    Tensor weight = editor.constant(node.input(1)).orElseThrow();
    int third = weight.dimension(1) / 3;
    int[] sizes = node.intsAttribute("qkv_hidden_sizes", new int[] {third, third, third});
    ValueShape in = shapeOf(shapes, node.input(0));
    String product =
        value(node, "_projected", with(in, weight.dimension(1)), editor, shapes, types);
    add(editor, node, product, "MatMul", List.of(node.input(0), node.input(1)), Map.of());
    String all = product;
    if (node.hasInput(2)) {
      all = value(node, "_features", with(in, weight.dimension(1)), editor, shapes, types);
      add(editor, node, all, "Add", List.of(product, node.input(2)), Map.of());
    }
    List<String> inputs = new ArrayList<>();
    int start = 0;
    for (int k = 0; k < 3; k++) {
      String part = value(node, "_part" + k, with(in, sizes[k]), editor, shapes, types);
      List<String> bounds =
          List.of(
              all,
              number(editor, part + "_from", start),
              number(editor, part + "_to", start + sizes[k]),
              number(editor, part + "_axis", 2));
      add(editor, node, part, "Slice", bounds, Map.of());
      inputs.add(part);
      start += sizes[k];
    }
    if (node.hasInput(MASK) || node.hasInput(BIAS)) {
      inputs.add("");
      inputs.add(node.hasInput(MASK) ? node.input(MASK) : "");
    }
    if (node.hasInput(BIAS)) {
      inputs.add(node.input(BIAS));
    }
    Map<String, Attribute> attributes = new LinkedHashMap<>(node.attributes());
    attributes.keySet().retainAll(KEPT);
    editor.replace(
        node,
        new Node(
            node.name(),
            "MultiHeadAttention",
            RUNTIME,
            inputs,
            node.outputs().subList(0, 1),
            attributes));
  }

  private static boolean isPlain(GraphEditor editor, Node node, Map<String, ValueShape> shapes) {
    boolean constant =
        editor.constant(node.input(1)).filter(w -> w.isFloat() && w.rank() == 2).isPresent()
            && (!node.hasInput(2) || editor.isConstant(node.input(2)));
    // Other masks mean something else to the other operator, or nothing.
    boolean masked =
        node.hasInput(MASK)
            && (editor.isConstant(node.input(MASK))
                || shapeOf(shapes, node.input(MASK)).rank() != 2);
    return constant
        && !masked
        && !editor.isConstant(node.input(0))
        && !node.hasInput(PAST)
        && node.inputs().size() <= BIAS + 1
        && node.intAttribute("unidirectional", 0) == 0
        && node.intAttribute("do_rotary", 0) == 0
        && node.outputs().stream().skip(1).noneMatch(editor::isUsed);
  }

  private static ValueShape shapeOf(Map<String, ValueShape> shapes, String value) {
    ValueShape shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalStateException("no shape was observed for '" + value + "'");
    }
    return shape;
  }

  private static ValueShape with(ValueShape shape, int last) {
    int[] dimensions = shape.dimensions();
    dimensions[dimensions.length - 1] = last;
    return new ValueShape(dimensions, shape.batchAxis());
  }

  private static String value(
      Node node,
      String suffix,
      ValueShape shape,
      GraphEditor editor,
      Map<String, ValueShape> shapes,
      Map<String, ElementType> types) {
    String name = editor.freeName(node.output() + suffix);
    shapes.put(name, shape);
    types.put(name, ElementType.FLOAT);
    return name;
  }

  private static void add(
      GraphEditor editor,
      Node before,
      String output,
      String operator,
      List<String> inputs,
      Map<String, Attribute> attributes) {
    editor.insertBefore(
        before, new Node(output, operator, "", inputs, List.of(output), attributes));
  }

  private static String number(GraphEditor editor, String near, int value) {
    return editor.addConstant(near, Tensor.ofLongs(new int[] {1}, new long[] {value}));
  }
}
