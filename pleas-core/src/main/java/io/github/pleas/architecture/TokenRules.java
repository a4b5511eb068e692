package io.github.pleas.architecture;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Map;

/** What transformers are made of. Tokens are [batch, tokens, channels]. */
final class TokenRules {
  private final Parameters parameters;
  private final GraphDraft draft;
  private final LayerRules layers;

  TokenRules(Parameters parameters, GraphDraft draft, LayerRules layers) {
    this.parameters = parameters;
    this.draft = draft;
    this.layers = layers;
  }

  Map<String, Operators.Rule> rules() {
    return Map.of(
        "patches", this::patches,
        "prepend", this::prepend,
        "add", this::add,
        "attention", this::attention,
        "first", this::first);
  }

  /**
   * {@code patches MODULE POSITIONS}: a token for each patch of the image, whose size the number of
   * positions tells: [1, 1 + patches, channels], for square images.
   */
  private Value patches(Operators.Use use) {
    String module = use.module(0);
    Value map = layers.conv(use.value(), module, "", -1, 0, 0);
    side(use.module(1), LayerRules.parameter(module, "weight"));
    String shape = draft.longs(module + ".tokens.shape", 0, Math.max(1, map.channels()), -1);
    String rows = draft.node(module + ".tokens", "Reshape", map.name(), shape);
    Map<String, Attribute> axes = Map.of("perm", GraphDraft.ints(0, 2, 1));
    return map.named(draft.node(module + ".transpose", "Transpose", axes, rows))
        .as(Value.Form.TOKENS)
        .ofSize(-1, -1);
  }

  private void side(String positions, String patch) {
    int[] embedding = parameters.shape(positions).orElse(new int[0]);
    int[] kernel = parameters.shape(patch).orElse(new int[0]);
    if (embedding.length != 3 || kernel.length != 4) {
      return; // missed where it is taken
    }
    int side = (int) Math.round(Math.sqrt(embedding[1] - 1));
    if (side < 1 || side * side != embedding[1] - 1 || kernel[2] != kernel[3]) {
      parameters.differs(positions, "[1, 1 + a square, ?] for square images");
      return;
    }
    draft.imageSide(side * kernel[2]);
  }

  /** {@code prepend PARAMETER}: one more token before all, [1, 1, channels]. */
  private Value prepend(Operators.Use use) {
    Value value = use.value();
    String token = use.module(0);
    parameters.take(token, 1, 1, value.channels());
    String shape =
        draft.node(token + ".shape", "Shape", Map.of("end", new Attribute.Int(1)), value.name());
    String rest = draft.longs(token + ".rest", 1, 1);
    Map<String, Attribute> axis = Map.of("axis", new Attribute.Int(0));
    String target = draft.node(token + ".target", "Concat", axis, shape, rest);
    String expanded = draft.node(token + ".expand", "Expand", token, target);
    Map<String, Attribute> tokens = Map.of("axis", new Attribute.Int(1));
    return value.named(draft.node(token + ".concat", "Concat", tokens, expanded, value.name()));
  }

  /** {@code add PARAMETER}: [1, tokens, channels]. */
  private Value add(Operators.Use use) {
    Value value = use.value();
    String name = use.module(0);
    parameters.take(name, 1, -1, value.channels());
    return value.named(draft.node(name + ".add", "Add", value.name(), name));
  }

  /** {@code first}: the first token, [batch, channels]. */
  private Value first(Operators.Use use) {
    String index =
        draft.constant(use.label() + ".index", Tensor.ofLongs(new int[0], new long[] {0}));
    Map<String, Attribute> axis = Map.of("axis", new Attribute.Int(1));
    return use.value()
        .named(draft.node(use.label(), "Gather", axis, use.value().name(), index))
        .as(Value.Form.VECTOR);
  }

  /**
   * {@code attention IN OUT head_width=}: softmax(q k' / sqrt(d)) v for each head of d features; IN
   * makes queries, keys and values, one after another.
   */
  private Value attention(Operators.Use use) {
    use.step().allow(2, "head_width");
    String in = use.module(0);
    String label = in.replaceAll("[._]$", "");
    int width = use.value().channels();
    int features = use.number("head_width", 64);
    if (width > 0 && (features < 1 || width % features != 0)) {
      throw new InvalidInputException(
          "%s has %d features, which are no whole number of heads of %d; say how wide a head is, such as --arch vit:head_width=32"
              .formatted(label, width, features));
    }
    Value all = layers.linear(use.value(), in);
    // A merged network may have more heads than its stream is wide.
    boolean known = width > 0 && all.channels() >= 0;
    if (known && all.channels() % Math.max(1, 3 * features) != 0) {
      parameters.differs(LayerRules.parameter(in, "weight"), Parameters.text(3 * width, width));
    }
    int inner = known ? all.channels() / 3 : width;
    List<String> parts =
        draft.nodes(label + ".split", "Split", Map.of("axis", new Attribute.Int(2)), 3, all.name());
    int heads = Math.max(1, inner / Math.max(1, features));
    String q = heads(label + ".query", parts.get(0), heads, features, 0, 2, 1, 3);
    String k = heads(label + ".key", parts.get(1), heads, features, 0, 2, 3, 1);
    String v = heads(label + ".value", parts.get(2), heads, features, 0, 2, 1, 3);
    String scale = draft.scalar(label + ".scale", (float) (1 / Math.sqrt(features)));
    String scaled = draft.node(label + ".scaled", "Mul", q, scale);
    String scores = draft.node(label + ".scores", "MatMul", scaled, k);
    Map<String, Attribute> last = Map.of("axis", new Attribute.Int(-1));
    String weights = draft.node(label + ".softmax", "Softmax", last, scores);
    String mixed = draft.node(label + ".mixed", "MatMul", weights, v);
    Map<String, Attribute> back = Map.of("perm", GraphDraft.ints(0, 2, 1, 3));
    String tokens = draft.node(label + ".tokens", "Transpose", back, mixed);
    String shape = draft.longs(label + ".shape", 0, 0, (long) heads * features);
    String joined = draft.node(label + ".joined", "Reshape", tokens, shape);
    return layers.linear(use.value().named(joined).ofChannels(inner), use.module(1));
  }

  private String heads(String label, String value, int heads, int features, long... axes) {
    String shape = draft.longs(label + ".shape", 0, 0, heads, features);
    String split = draft.node(label, "Reshape", value, shape);
    Map<String, Attribute> attributes = Map.of("perm", GraphDraft.ints(axes));
    return draft.node(label + ".transpose", "Transpose", attributes, split);
  }
}
