package io.github.pleas.architecture;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Attribute;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Layers with parameters. Lengths of axes come from the parameters' shapes; what they should be by
 * the layers before is checked.
 */
final class LayerRules {
  private final Parameters parameters;
  private final GraphDraft draft;

  LayerRules(Parameters parameters, GraphDraft draft) {
    this.parameters = parameters;
    this.draft = draft;
  }

  Map<String, Operators.Rule> rules() {
    return Map.of(
        "conv", this::conv,
        "bn", this::batchNorm,
        "linear", use -> linear(use.value(), use.module(0)),
        "layernorm", this::layerNorm,
        "scale", this::scale);
  }

  /** The name of a module's parameter; a module name that ends in "." or "_" is joined as it is. */
  static String parameter(String module, String kind) {
    return module.endsWith("_") || module.endsWith(".") ? module + kind : module + "." + kind;
  }

  /**
   * {@code conv MODULE [grouped|depthwise] [kernel=] [stride=1] [pad=]}; pads keep the size by
   * default. A kernel is stated where its size tells one architecture from another.
   */
  private Value conv(Operators.Use use) {
    use.step().allow(2, "kernel", "stride", "pad");
    String kind = use.step().words().size() > 1 ? use.step().word(1) : "";
    int stride = use.number("stride", 1);
    int kernel = use.number("kernel", -1);
    return conv(use.value(), use.module(0), kind, kernel, stride, use.number("pad", -1));
  }

  /**
   * A convolution.
   *
   * @param kind "grouped", "depthwise", or "" for neither
   * @param kernel its height and width; -1 for those of the weight
   * @param stride 0 for the kernel's own size
   * @param pad -1 for half of the kernel
   */
  Value conv(Value value, String module, String kind, int kernel, int stride, int pad) {
    String weight = parameter(module, "weight");
    int inputs = value.channels();
    int[] shape =
        switch (kind) {
          case "grouped" -> grouped(weight, inputs);
          case "depthwise" -> parameters.take(weight, inputs, 1, kernel, kernel).orElse(null);
          case "" -> dense(value, weight, kernel);
          default -> throw new IllegalStateException("a convolution cannot be " + kind);
        };
    if (shape == null) {
      return value.ofChannels(-1);
    }
    if (value.name().equals(GraphDraft.INPUT)) {
      draft.inputChannels(shape[1]);
    }
    List<String> in = new ArrayList<>(List.of(value.name(), weight));
    String bias = parameter(module, "bias");
    if (parameters.has(bias)) {
      parameters.take(bias, shape[0]);
      in.add(bias);
    }
    int groups = kind.isEmpty() || inputs < 0 ? 1 : Math.max(1, inputs / shape[1]);
    int[] step = stride == 0 ? new int[] {shape[2], shape[3]} : new int[] {stride, stride};
    int top = pad < 0 ? (shape[2] - 1) / 2 : pad;
    int left = pad < 0 ? (shape[3] - 1) / 2 : pad;
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", GraphDraft.ints(shape[2], shape[3]));
    attributes.put("strides", GraphDraft.ints(step[0], step[1]));
    attributes.put("pads", GraphDraft.ints(top, left, top, left));
    attributes.put("group", new Attribute.Int(groups));
    String out = draft.node(module, "Conv", attributes, in.toArray(String[]::new));
    Value result = value.named(out).ofChannels(shape[0]);
    return value.sizeKnown()
        ? result.ofSize(
            Value.places(value.height() + 2 * top, shape[2], step[0]),
            Value.places(value.width() + 2 * left, shape[3], step[1]))
        : result;
  }

  /**
   * A convolution's weight, [outputs, inputs, height, width]. Of the first layer, another kernel
   * than the stated one mostly comes with other strides and poolings, which no shape shows.
   */
  private int @Nullable [] dense(Value value, String weight, int kernel) {
    int[] shape = parameters.take(weight, -1, value.channels(), kernel, kernel).orElse(null);
    boolean first = kernel >= 0 && value.name().equals(GraphDraft.INPUT);
    if (first && shape != null && (shape[2] != kernel || shape[3] != kernel)) {
      parameters.explain(
          "another kernel in the first layer, as for small images, tells of other strides and poolings");
    }
    return shape;
  }

  /** A grouped convolution's weight, [outputs, inputs / groups, height, width]. */
  private int @Nullable [] grouped(String weight, int inputs) {
    int[] shape = parameters.take(weight, -1, -1, -1, -1).orElse(null);
    if (shape != null && inputs >= 0) {
      boolean divides = shape[1] > 0 && inputs % shape[1] == 0;
      if (!divides || shape[0] % (inputs / shape[1]) != 0) {
        parameters.differs(
            weight, "[?, a divisor of " + inputs + ", ?, ?] with as many groups in the outputs");
      }
    }
    return shape;
  }

  /** {@code bn MODULE}: BatchNormalization with the statistics of training. */
  private Value batchNorm(Operators.Use use) {
    use.step().allow(1);
    Value value = use.value();
    String module = use.module(0);
    List<String> in = new ArrayList<>(List.of(value.name()));
    for (String kind : List.of("weight", "bias", "running_mean", "running_var")) {
      String name = parameter(module, kind);
      parameters.take(name, value.channels());
      in.add(name);
    }
    Attribute epsilon = new Attribute.Float(setting(use, "eps"));
    return value.named(
        draft.node(
            module, "BatchNormalization", Map.of("epsilon", epsilon), in.toArray(String[]::new)));
  }

  private static float setting(Operators.Use use, String key) {
    String text = use.scope().text("$" + key);
    try {
      return Float.parseFloat(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(key + " should be a number, found " + text, e);
    }
  }

  /** {@code linear MODULE}: along the channels, wherever they are. */
  Value linear(Value value, String module) {
    String weight = parameter(module, "weight");
    String bias = parameter(module, "bias");
    Optional<int[]> found = parameters.shape(weight);
    // A convolution that covers its whole input is a linear layer too.
    boolean flat = found.isEmpty() || found.get().length != 4;
    int[] shape = take(weight, value.channels(), flat).orElse(null);
    if (shape == null) {
      return value.ofChannels(-1);
    }
    parameters.take(bias, shape[0]);
    Map<String, Attribute> rows = Map.of("axis", new Attribute.Int(1));
    String matrix = flat ? weight : draft.node(module + ".matrix", "Flatten", rows, weight);
    if (value.form() == Value.Form.VECTOR) {
      Map<String, Attribute> transposed = Map.of("transB", new Attribute.Int(1));
      String out = draft.node(module, "Gemm", transposed, value.name(), matrix, bias);
      return value.named(out).ofChannels(shape[0]);
    }
    requireLast(value, module);
    Map<String, Attribute> axes = Map.of("perm", GraphDraft.ints(1, 0));
    String columns = draft.node(module + ".transpose", "Transpose", axes, matrix);
    String product = draft.node(module + ".matmul", "MatMul", value.name(), columns);
    return value.named(draft.node(module, "Add", product, bias)).ofChannels(shape[0]);
  }

  /** A linear layer's weight, [outputs, inputs], or [outputs, channels, height, width] of them. */
  private Optional<int[]> take(String weight, int inputs, boolean flat) {
    if (flat) {
      return parameters.take(weight, -1, inputs);
    }
    Optional<int[]> shape = parameters.take(weight, -1, -1, -1, -1);
    shape.ifPresent(
        found -> {
          if (inputs >= 0 && found[1] * found[2] * found[3] != inputs) {
            parameters.differs(weight, "[?, " + inputs + " in all]");
          }
        });
    return shape;
  }

  private static void requireLast(Value value, String module) {
    if (value.form() == Value.Form.MAP) {
      throw new IllegalStateException(module + ": the channels of a map are not its last axis");
    }
  }

  /** {@code layernorm MODULE}: over the channels of each position. */
  private Value layerNorm(Operators.Use use) {
    use.step().allow(1);
    Value value = use.value();
    String module = use.module(0);
    List<String> names = List.of(parameter(module, "weight"), parameter(module, "bias"));
    names.forEach(name -> parameters.take(name, value.channels()));
    boolean map = value.form() == Value.Form.MAP;
    String in =
        map ? transposed(module + ".channels_last", value.name(), 0, 2, 3, 1) : value.name();
    Map<String, Attribute> attributes =
        Map.of(
            "axis",
            new Attribute.Int(-1),
            "epsilon",
            new Attribute.Float(setting(use, "layernorm_eps")));
    String out =
        draft.node(module, "LayerNormalization", attributes, in, names.get(0), names.get(1));
    return value.named(map ? transposed(module + ".channels_first", out, 0, 3, 1, 2) : out);
  }

  private String transposed(String label, String value, long... axes) {
    return draft.node(label, "Transpose", Map.of("perm", GraphDraft.ints(axes)), value);
  }

  /**
   * {@code scale PARAMETER}: a factor for each channel of a map, [channels] or [channels, 1, 1].
   */
  private Value scale(Operators.Use use) {
    use.step().allow(1);
    Value value = use.value();
    String name = use.module(0);
    boolean flat = parameters.shape(name).map(shape -> shape.length == 1).orElse(false);
    parameters.take(name, flat ? new int[] {value.channels()} : new int[] {value.channels(), 1, 1});
    String factor =
        flat
            ? draft.node(name + ".map", "Unsqueeze", name, draft.longs(name + ".axes", 1, 2))
            : name;
    return value.named(draft.node(name + ".mul", "Mul", value.name(), factor));
  }
}
