package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A constant that stands once for each image of a batch, as a class token does: its first image,
 * expanded at run time to the length that another value has on the same axis.
 *
 * @param editor of the graph
 * @param before the node that reads it
 * @param axis the batch axis
 */
record RepeatedConstant(GraphEditor editor, Node before, int axis) {
  /**
   * Adds the nodes that repeat it.
   *
   * @param name the constant's name
   * @param constant the constant, the same at each place of the axis
   * @param like the value whose length counts
   * @return the name of the repeated constant
   */
  String as(String name, Tensor constant, String like) {
    String first =
        constant.dimension(axis) == 1
            ? name
            : editor.addConstant(name + "_first", constant.gather(axis, new int[] {0}));
    String size = added("Shape", name + "_like", List.of(like), Map.of());
    String length = added("Gather", name + "_length", List.of(size, number(axis)), Map.of());
    long[] ones = new long[constant.rank()];
    Arrays.fill(ones, 1);
    List<String> lengths = new ArrayList<>();
    for (int a = 0; a < ones.length; a++) {
      lengths.add(a == axis ? length : number(1));
    }
    String shape = added("Concat", name + "_shape", lengths, Map.of("axis", new Attribute.Int(0)));
    return added("Expand", name + "_repeated", List.of(first, shape), Map.of());
  }

  private String added(
      String op, String near, List<String> inputs, Map<String, Attribute> attributes) {
    String name = editor.freeName(near);
    editor.insertBefore(before, new Node(name, op, "", inputs, List.of(name), attributes));
    return name;
  }

  private String number(long value) {
    return editor.addConstant(
        before.name() + "_" + value, Tensor.ofLongs(new int[] {1}, new long[] {value}));
  }
}
