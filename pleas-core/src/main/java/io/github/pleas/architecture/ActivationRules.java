package io.github.pleas.architecture;

import io.github.pleas.onnx.Attribute;
import java.util.Map;

/** Activations: functions of each element. */
final class ActivationRules {
  private final GraphDraft draft;

  ActivationRules(GraphDraft draft) {
    this.draft = draft;
  }

  Map<String, Operators.Rule> rules() {
    return Map.of(
        "relu",
        use -> plain(use, "Relu"),
        "sigmoid",
        use -> plain(use, "Sigmoid"),
        "tanh",
        use -> plain(use, "Tanh"),
        "hardswish",
        use -> plain(use, "HardSwish"),
        "relu6",
        this::relu6,
        "silu",
        this::silu,
        "hardsigmoid",
        this::hardSigmoid,
        "gelu",
        this::gelu);
  }

  private Value plain(Operators.Use use, String op) {
    return use.value().named(draft.node(use.label(), op, use.value().name()));
  }

  private Value relu6(Operators.Use use) {
    String low = draft.scalar(use.label() + ".min", 0);
    String high = draft.scalar(use.label() + ".max", 6);
    return use.value().named(draft.node(use.label(), "Clip", use.value().name(), low, high));
  }

  /** x sigmoid(x). */
  private Value silu(Operators.Use use) {
    String x = use.value().name();
    String sigmoid = draft.node(use.label() + ".sigmoid", "Sigmoid", x);
    return use.value().named(draft.node(use.label(), "Mul", x, sigmoid));
  }

  /** max(0, min(1, x / 6 + 1 / 2)). */
  private Value hardSigmoid(Operators.Use use) {
    Map<String, Attribute> attributes =
        Map.of("alpha", new Attribute.Float(1f / 6), "beta", new Attribute.Float(0.5f));
    return use.value()
        .named(draft.node(use.label(), "HardSigmoid", attributes, use.value().name()));
  }

  /** x (1 + erf(x / sqrt 2)) / 2. */
  private Value gelu(Operators.Use use) {
    String x = use.value().name();
    String label = use.label();
    String root = draft.scalar(label + ".sqrt2", (float) Math.sqrt(2));
    String scaled = draft.node(label + ".div", "Div", x, root);
    String erf = draft.node(label + ".erf", "Erf", scaled);
    String shifted = draft.node(label + ".add", "Add", erf, draft.scalar(label + ".one", 1));
    String product = draft.node(label + ".mul", "Mul", x, shifted);
    String half = draft.scalar(label + ".half", 0.5f);
    return use.value().named(draft.node(label, "Mul", product, half));
  }
}
