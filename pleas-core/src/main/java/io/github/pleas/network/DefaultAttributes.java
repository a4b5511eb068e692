package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Leaves out attributes that state what holds without them, and counts axes from the front, so that
 * two exporters' ways of writing one operator compare equal. The defaults are those of ONNX's
 * operator definitions, versions 11 to 21.
 */
final class DefaultAttributes {
  private static final Map<String, Map<String, Attribute>> SCALARS = scalars();
  // Of the pools: no padding, single steps.
  private static final Map<String, Long> LISTS = Map.of("pads", 0L, "strides", 1L, "dilations", 1L);

  private DefaultAttributes() {}

  private static Map<String, Map<String, Attribute>> scalars() {
    Attribute zero = new Attribute.Int(0);
    Attribute one = new Attribute.Int(1);
    Attribute none = new Attribute.Text("NOTSET");
    Map<String, Map<String, Attribute>> scalars = new HashMap<>();
    scalars.put(
        "AveragePool", Map.of("auto_pad", none, "ceil_mode", zero, "count_include_pad", zero));
    scalars.put("MaxPool", Map.of("auto_pad", none, "ceil_mode", zero, "storage_order", zero));
    scalars.put("LpPool", Map.of("auto_pad", none, "ceil_mode", zero));
    scalars.put("LeakyRelu", Map.of("alpha", new Attribute.Float(0.01f)));
    scalars.put("Elu", Map.of("alpha", new Attribute.Float(1)));
    scalars.put("Celu", Map.of("alpha", new Attribute.Float(1)));
    scalars.put("ThresholdedRelu", Map.of("alpha", new Attribute.Float(1)));
    scalars.put(
        "HardSigmoid",
        Map.of("alpha", new Attribute.Float(0.2f), "beta", new Attribute.Float(0.5f)));
    scalars.put("Gelu", Map.of("approximate", new Attribute.Text("none")));
    scalars.put("Pad", Map.of("mode", new Attribute.Text("constant")));
    for (String reduce :
        List.of(
            "L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare")) {
      scalars.put("Reduce" + reduce, Map.of("keepdims", one, "noop_with_empty_axes", zero));
    }
    return scalars;
  }

  /**
   * The node without attributes that state a default; of Softmax, where the default changed with
   * opset 13, the axis is stated.
   *
   * @param opset the version of ONNX's operators
   * @param rank of a value
   */
  static Node without(Node node, int opset, ToIntFunction<String> rank) {
    if (!node.isStandard()) {
      return node;
    }
    Node plain = node;
    if (node.op().endsWith("Softmax") && !node.attributes().containsKey("axis")) {
      long last = rank.applyAsInt(node.output()) - 1;
      plain = node.withAttribute("axis", new Attribute.Int(opset < 13 ? 1 : last));
    }
    for (Map.Entry<String, Attribute> given : node.attributes().entrySet()) {
      Map<String, Attribute> defaults = SCALARS.getOrDefault(node.op(), Map.of());
      if (given.getValue().equals(defaults.get(given.getKey()))
          || node.op().endsWith("Pool") && isDefaultList(given.getKey(), given.getValue())) {
        plain = plain.withoutAttribute(given.getKey());
      } else if (given.getKey().equals("axis")
          && List.of("Concat", "Softmax", "LogSoftmax").contains(node.op())
          && given.getValue() instanceof Attribute.Int axis
          && axis.value() < 0) {
        long fromFront = axis.value() + rank.applyAsInt(node.output());
        plain = plain.withAttribute("axis", new Attribute.Int(fromFront));
      }
    }
    boolean padded =
        List.of("pads", "auto_pad", "ceil_mode").stream().anyMatch(plain.attributes()::containsKey);
    // Whether to count what is padded makes no difference where nothing is.
    return plain.op().equals("AveragePool") && !padded
        ? plain.withoutAttribute("count_include_pad")
        : plain;
  }

  private static boolean isDefaultList(String key, Attribute value) {
    Long each = LISTS.get(key);
    return each != null
        && value instanceof Attribute.Ints list
        && list.values().stream().allMatch(each::equals);
  }
}
