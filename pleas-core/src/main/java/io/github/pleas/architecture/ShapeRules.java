package io.github.pleas.architecture;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Attribute;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Poolings and changes of layout: what has no parameters and is no function of each element. */
final class ShapeRules {
  private final Parameters parameters;
  private final GraphDraft draft;
  private final AdaptivePools adaptivePools;

  ShapeRules(Parameters parameters, GraphDraft draft) {
    this.parameters = parameters;
    this.draft = draft;
    this.adaptivePools = new AdaptivePools(draft);
  }

  Map<String, Operators.Rule> rules() {
    Map<String, Operators.Rule> rules = new HashMap<>();
    rules.put("maxpool", use -> pool(use, "MaxPool"));
    rules.put("avgpool", use -> pool(use, "AveragePool"));
    rules.put("globalpool", this::globalPool);
    rules.put("mean", this::mean);
    rules.put("adaptive", this::adaptive);
    rules.put("flatten", this::flatten);
    rules.put("half", this::half);
    rules.put("shuffle", this::shuffle);
    rules.put("channels_last", use -> transposed(use, Value.Form.CHANNELS_LAST, 0, 2, 3, 1));
    rules.put("channels_first", use -> transposed(use, Value.Form.MAP, 0, 3, 1, 2));
    return rules;
  }

  /** {@code maxpool KERNEL [ceil] [stride=1] [pad=0]}. */
  private Value pool(Operators.Use use, String op) {
    use.step().allow(2, "stride", "pad");
    int kernel = Integer.parseInt(use.step().word(0));
    boolean ceil = use.step().words().contains("ceil");
    return pool(use, op, kernel, kernel, use.number("stride", 1), use.number("pad", 0), ceil);
  }

  private Value pool(
      Operators.Use use, String op, int rows, int columns, int stride, int pad, boolean ceil) {
    int down = stride == 0 ? rows : stride;
    int across = stride == 0 ? columns : stride;
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", GraphDraft.ints(rows, columns));
    attributes.put("strides", GraphDraft.ints(down, across));
    attributes.put("pads", GraphDraft.ints(pad, pad, pad, pad));
    if (ceil) {
      attributes.put("ceil_mode", new Attribute.Int(1));
    }
    Value value = use.value();
    Value result = value.named(draft.node(use.label(), op, attributes, value.name()));
    int up = ceil ? 1 : 0;
    return value.sizeKnown()
        ? result.ofSize(
            Value.places(value.height() + 2 * pad + up * (down - 1), rows, down),
            Value.places(value.width() + 2 * pad + up * (across - 1), columns, across))
        : result;
  }

  /** {@code globalpool}: the mean over all positions, still a map. */
  private Value globalPool(Operators.Use use) {
    return use.value()
        .named(draft.node(use.label(), "GlobalAveragePool", use.value().name()))
        .ofSize(1, 1);
  }

  /** {@code mean}: the mean over all positions, [batch, channels]. */
  private Value mean(Operators.Use use) {
    return flatten(new Operators.Use(use.step(), use.scope(), globalPool(use)));
  }

  /** {@code flatten}: channels and positions on one axis. */
  private Value flatten(Operators.Use use) {
    Value value = use.value();
    String flat = draft.node(use.label() + ".flatten", "Flatten", value.name());
    boolean known = value.sizeKnown() && value.channels() >= 0;
    return value
        .named(flat)
        .as(Value.Form.VECTOR)
        .ofChannels(known ? value.channels() * value.height() * value.width() : -1);
  }

  /**
   * {@code adaptive MODULE}: means over as many cells as the linear layer behind it has inputs for
   * each channel. A kernel instead of a matrix (timm's VGG) slides over maps that are larger.
   */
  private Value adaptive(Operators.Use use) {
    Value value = use.value();
    int[] weight = parameters.shape(use.module(0) + ".weight").orElse(null);
    if (weight == null || weight.length < 2 || value.channels() <= 0 || !value.sizeKnown()) {
      return value.ofSize(-1, -1); // the linear layer will miss its weight
    }
    boolean convolution = weight.length == 4;
    int side =
        convolution
            ? weight[2]
            : (int) Math.round(Math.sqrt((double) weight[1] / value.channels()));
    if (side == 0 || value.height() == side && value.width() == side) {
      return value;
    }
    if (value.height() < 1 || value.width() < 1) {
      throw new InvalidInputException(
          "images of this size leave no positions before %s; choose a larger size by --input-size HxW"
              .formatted(use.module(0)));
    }
    if (convolution && (value.height() > side || value.width() > side)) {
      throw new InvalidInputException(
          "images of this size give %d x %d positions before %s, which takes %d x %d; choose a smaller size by --input-size HxW"
              .formatted(value.height(), value.width(), use.module(0), side, side));
    }
    return adaptivePools.to(value, side, use.label());
  }

  /** {@code half 0} or {@code half 1}: the first or the second half of the channels. */
  private Value half(Operators.Use use) {
    Value value = use.value();
    int half = Math.max(0, value.channels()) / 2;
    int start = half * Integer.parseInt(use.step().word(0));
    String label = use.label();
    String[] in = {
      value.name(),
      draft.longs(label + ".start", start),
      draft.longs(label + ".end", start + half),
      draft.longs(label + ".axis", 1)
    };
    return value.named(draft.node(label, "Slice", in)).ofChannels(half);
  }

  /** {@code shuffle GROUPS}: the first channel of each group, the second of each, and so on. */
  private Value shuffle(Operators.Use use) {
    Value value = use.value();
    int groups = Integer.parseInt(use.step().word(0));
    int channels = Math.max(0, value.channels());
    int width = channels / groups;
    long[] order = new long[channels];
    for (int c = 0; c < channels; c++) {
      order[c] = (long) (c % groups) * width + c / groups;
    }
    String indices = draft.longs(use.label() + ".order", order);
    Map<String, Attribute> axis = Map.of("axis", new Attribute.Int(1));
    return value.named(draft.node(use.label(), "Gather", axis, value.name(), indices));
  }

  private Value transposed(Operators.Use use, Value.Form form, long... axes) {
    Map<String, Attribute> attributes = Map.of("perm", GraphDraft.ints(axes));
    return use.value()
        .named(draft.node(use.label(), "Transpose", attributes, use.value().name()))
        .as(form);
  }
}
