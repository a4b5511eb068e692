package io.github.pleas.cli;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.List;
import java.util.Map;

/** Two convolutions of 2 and 3 channels side by side, joined and summed up to 2 outputs. */
final class TwoBranches {
  private TwoBranches() {}

  static Graph graph() {
    List<ValueInfo.Dimension> image =
        List.of(
            ValueInfo.Dimension.free("batch"),
            ValueInfo.Dimension.of(3),
            ValueInfo.Dimension.of(4),
            ValueInfo.Dimension.of(4));
    return new Graph(
        "branches",
        List.of(new ValueInfo("x", ElementType.FLOAT, image)),
        List.of(new ValueInfo("y", ElementType.FLOAT, List.of())),
        List.of(
            node("left", "Conv", List.of("x", "weightLeft"), "l"),
            node("right", "Conv", List.of("x", "weightRight"), "r"),
            new Node(
                "both",
                "Concat",
                "",
                List.of("l", "r"),
                List.of("b"),
                Map.of("axis", new Attribute.Int(1))),
            node("last", "Conv", List.of("b", "weightLast"), "y")),
        Map.of(
            "weightLeft", weight(2, 3),
            "weightRight", weight(3, 3),
            "weightLast", weight(2, 5)),
        Map.of("", 17),
        8,
        Map.of());
  }

  private static Node node(String name, String op, List<String> inputs, String output) {
    return new Node(name, op, "", inputs, List.of(output), Map.of());
  }

  private static Tensor weight(int outputs, int inputs) {
    float[] values = new float[outputs * inputs];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i + outputs);
    }
    return Tensor.ofFloats(new int[] {outputs, inputs, 1, 1}, values);
  }
}
