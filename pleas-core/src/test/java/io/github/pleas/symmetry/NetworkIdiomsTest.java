package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;
import static io.github.pleas.symmetry.OperatorCase.scalar;
import static io.github.pleas.symmetry.OperatorCase.transposed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What recent image networks are built of, as exporters write it: each moves as far as it can, and
 * says why where it cannot. Images are 6 x 6.
 */
class NetworkIdiomsTest {
  private static final Map<String, Attribute> LAST = Map.of("axis", new Attribute.Int(-1));
  private static final Map<String, Attribute> CHANNELS = Map.of("axis", new Attribute.Int(1));

  private final GraphBuilder g = new GraphBuilder(31);
  private final String x = g.input("x", 3, 6, 6);

  private Checked finished(String h, int channels) {
    return Checked.of(g.build(g.gemm(g.pooled(g.relu(g.conv(h, channels, 4, 1))), 4, 3)));
  }

  private String tokens(String h, int channels) {
    return OperatorCase.tokens(g, h, channels);
  }

  private String layerNorm(String h, int features) {
    return g.node("LayerNormalization", h, g.positive(features), g.weight(0.1, features));
  }

  private String slice(String h, int axis, long from, long to) {
    return g.node("Slice", h, g.longs(from), g.longs(to), g.longs(axis));
  }

  /** A linear layer, cut into 3 parts of some heads: each [batch, heads, 36, size]. */
  private String[] queriesKeysValues(String t, int in, int heads, int size) {
    String all = g.matMul(t, in, 3 * heads * size);
    String cut = g.node("Reshape", all, g.longs(0, 36, 3, heads, size));
    String apart = transposed(g, cut, 2, 0, 3, 1, 4);
    String[] three = new String[3];
    for (int k = 0; k < 3; k++) {
      String index = g.constant(Tensor.ofLongs(new int[0], new long[] {k}));
      three[k] = g.node("Gather", Map.of("axis", new Attribute.Int(0)), apart, index);
    }
    return three;
  }

  // ECA: a gate for each channel, from its neighbours' means. A channel's neighbours are told apart
  // by the kernel, so that the gated channels stay where they are; those around them move.
  @Test
  void channelsGatedByTheirNeighboursStay() {
    String before = g.relu(g.conv(x, 3, 7, 3));
    String h = g.conv(before, 7, 5, 3);
    String means = g.node("Reshape", g.node("GlobalAveragePool", h), g.longs(0, 1, 5));
    Map<String, Attribute> same = Map.of("kernel_shape", ints(3), "pads", ints(1, 1));
    String gate = g.node("Sigmoid", g.node("Conv", same, means, g.weight(1, 1, 1, 3)));
    String gated = g.node("Mul", h, g.node("Reshape", gate, g.longs(0, 5, 1, 1)));
    Checked found = finished(gated, 5);
    found.hasGroups(7, 4);
    assertThat(HiddenUnits.of(found.network(), found.symmetry()).fixed())
        .anySatisfy(
            fixed -> {
              assertThat(fixed.units()).isEqualTo(5);
              assertThat(fixed.reason()).contains("Conv 'conv_").contains("slides along this axis");
              assertThat(fixed.operator().orElseThrow().op()).isEqualTo("Conv");
            });
  }

  // Scaled weight standardisation: what becomes of a weight before it is used is all constant.
  @Test
  void standardisedWeightsAreWeights() {
    String weight = g.weight(1, 5, 3, 3, 3);
    String flat = g.node("Reshape", weight, g.longs(5, -1));
    Map<String, Attribute> rows = Map.of("axes", ints(1));
    String centred = g.node("Sub", flat, g.node("ReduceMean", rows, flat));
    String variance = g.node("ReduceMean", rows, g.node("Mul", centred, centred));
    String deviation = g.node("Sqrt", g.node("Add", variance, scalar(g, 1e-5f)));
    String scaled = g.node("Mul", g.node("Div", centred, deviation), g.weight(1, 5, 1));
    String shaped = g.node("Reshape", scaled, g.longs(5, 3, 3, 3));
    String h = g.node("Conv", Map.of("pads", ints(1, 1, 1, 1)), x, shaped, g.weight(1, 5));
    Checked found = finished(g.relu(h), 5);
    found.hasGroups(5, 4).isNowhereRigid();
    assertThat(found.network().layers()).hasSize(3);
  }

  // The same by a BatchNormalization of the weights, which takes its statistics from them.
  @Test
  void weightsThatABatchNormalizationStandardisesAreWeights() {
    String rows = g.node("Reshape", g.weight(1, 5, 3, 3, 3), g.longs(1, 5, 27));
    String[] in = {rows, g.positive(5), g.weight(0.1, 5), g.weight(0.1, 5), g.positive(5)};
    Map<String, Attribute> training = Map.of("training_mode", new Attribute.Int(1));
    String scaled = g.nodes("", "BatchNormalization", training, 3, in).get(0);
    String shaped = g.node("Reshape", scaled, g.longs(5, 3, 3, 3));
    String h = g.node("Conv", Map.of("pads", ints(1, 1, 1, 1)), x, shaped, g.weight(1, 5));
    finished(g.relu(h), 5).hasGroups(5, 4).isNowhereRigid();
  }

  // Before the second stage of a ResNet for small images: channels of zeros on both sides of what
  // is there. The stream behind has the first stage's units in its middle.
  @Test
  void aShortcutThatPadsChannels() {
    String first = g.relu(g.conv(x, 3, 4, 3));
    String h = g.relu(g.conv(first, 4, 5, 3));
    String padded = g.node("Pad", first, g.longs(0, 2, 0, 0, 0, 1, 0, 0));
    String sum = g.relu(g.add(padded, g.conv(h, 5, 7, 3)));
    // 4 of the first stage, 3 that are new, 5 inside of the block.
    finished(sum, 7).hasGroups(4, 3, 5, 4).isRigid("adds to the units");
  }

  /** Tokens, class tokens before them, and a block of attention and perceptron. */
  private String transformed(String all, int features) {
    String t = layerNorm(all, features);
    String wide = g.matMul(t, features, 9);
    return g.add(all, g.matMul(g.node("Tanh", wide), 9, features));
  }

  /** A token for all images, repeated for each. */
  private String classToken(String like, int features) {
    String size = g.node("Gather", g.node("Shape", like), g.longs(0));
    String shape =
        g.node("Concat", Map.of("axis", new Attribute.Int(0)), size, g.longs(1), g.longs(features));
    return g.node("Expand", g.weight(1, 1, 1, features), shape);
  }

  /** The same by a repetition, once for each image. */
  private String repeatedToken(String like, int features) {
    String size = g.node("Gather", g.node("Shape", like), g.longs(0));
    String repeats = g.node("Concat", Map.of("axis", NONE), size, g.longs(1, 1));
    return g.node("Tile", g.weight(1, 1, 1, features), repeats);
  }

  @Test
  void aClassTokenThatIsRepeatedForEachImage() {
    String t = tokens(g.conv(x, 3, 5, 3), 5);
    String all = mixed(g.node("Concat", CHANNELS, repeatedToken(t, 5), t));
    String wide = g.node("Tanh", g.matMul(all, 5, 9));
    Checked found = Checked.of(g.build(g.gemm(token(g.matMul(wide, 9, 7), 0), 7, 3)));
    found.hasGroups(5, 9, 7).isNowhereRigid().moves("Tile", 0, 2);
    assertThat(HiddenUnits.of(found.network(), found.symmetry()).fixed()).isEmpty();
  }

  // A shape of ones asks for nothing where the units are, nor does one without their axis.
  @Test
  void whatIsSpreadStaysFreeInNumber() {
    // Merged networks can say another shape.
    for (long[] shape : new long[][] {{1, 1, 6, 6}, {6, 6}, {1, 5, 6, 6}}) {
      GraphBuilder b = new GraphBuilder(5);
      String h = b.relu(b.conv(b.input("x", 3, 6, 6), 3, 5, 3));
      String gate = b.node("Sigmoid", b.node("GlobalAveragePool", h));
      String gated = b.node("Mul", h, b.node("Expand", gate, b.longs(shape)));
      Checked.of(b.build(b.gemm(b.pooled(b.relu(b.conv(gated, 5, 4, 1))), 4, 3)))
          .hasGroups(5, 4)
          .isNowhereRigid();
    }
  }

  // [batch, 1, 1]: the batch is computed, and the features are whatever there are.
  @Test
  void whatIsSpreadOverTheBatchOnlyStaysFreeInNumber() {
    String t = tokens(g.conv(x, 3, 5, 3), 5);
    String size = g.node("Gather", g.node("Shape", t), g.longs(0));
    String shape = g.node("Concat", Map.of("axis", NONE), size, g.longs(1, 1));
    String first = g.node("Expand", g.weight(1, 1, 1, 5), shape);
    String all = mixed(g.node("Concat", CHANNELS, first, t));
    String wide = g.node("Tanh", g.matMul(all, 5, 9));
    Checked.of(g.build(g.gemm(token(wide, 0), 9, 3))).hasGroups(5, 9).isNowhereRigid();
  }

  /** Each token, and the mean of all, so that no token goes unseen. */
  private String mixed(String all) {
    return g.add(all, g.node("ReduceMean", Map.of("axes", ints(1)), all));
  }

  private String token(String all, int number) {
    String index = g.constant(Tensor.ofLongs(new int[0], new long[] {number}));
    return g.node("Gather", CHANNELS, all, index);
  }

  // Distilled DeiT: two tokens and two heads, whose mean is the output.
  @Test
  void twoClassTokensAndTheMeanOfTwoHeads() {

    String t = tokens(g.conv(x, 3, 5, 3), 5);
    String all = g.node("Concat", CHANNELS, classToken(t, 5), classToken(t, 5), t);
    all = mixed(layerNorm(transformed(g.add(all, g.weight(1, 1, 38, 5)), 5), 5));
    String sum = g.add(g.gemm(token(all, 0), 5, 3), g.gemm(token(all, 1), 5, 3));
    Checked found = Checked.of(g.build(g.node("Div", sum, scalar(g, 2))));
    found.hasGroups(5, 9);
    HiddenUnits hidden = HiddenUnits.of(found.network(), found.symmetry());
    assertThat(hidden.fixed()).isEmpty();
    assertThat(hidden.total()).isEqualTo(5 + 9 + 5);
  }

  // DeiT III: positions are added before the class token comes, and layer scales in the block.
  @Test
  void positionsWithoutTheClassToken() {

    String t = g.add(tokens(g.conv(x, 3, 5, 3), 5), g.weight(1, 1, 36, 5));
    String all = g.node("Concat", CHANNELS, classToken(t, 5), t);
    String wide = g.node("Tanh", g.matMul(layerNorm(all, 5), 5, 9));
    all = g.add(all, g.node("Mul", g.matMul(wide, 9, 5), g.weight(1, 5)));
    Checked.of(g.build(g.gemm(token(mixed(layerNorm(all, 5)), 0), 5, 3))).hasGroups(5, 9);
  }

  // CrossViT: two streams of 5 and 6 features. The class token of one is brought to the other's
  // width, attends to its patches there, and is brought back.
  @Test
  void twoStreamsThatMeetInTheirClassTokens() {

    String left = tokens(g.conv(x, 3, 5, 3), 5);
    left = mixed(g.node("Concat", CHANNELS, classToken(left, 5), left));
    String right = tokens(g.conv(x, 3, 6, 3), 6);
    right = mixed(g.node("Concat", CHANNELS, classToken(right, 6), right));
    String token = slice(left, 1, 0, 1);
    String across = g.matMul(g.node("Tanh", layerNorm(token, 5)), 5, 6);
    String both = layerNorm(g.node("Concat", CHANNELS, across, slice(right, 1, 1, 37)), 6);
    String query = heads(g.matMul(slice(both, 1, 0, 1), 6, 8), 1, 2, 4);
    String key = heads(g.matMul(both, 6, 8), 37, 2, 4);
    String value = heads(g.matMul(both, 6, 8), 37, 2, 4);
    String scores = g.node("MatMul", query, transposed(g, key, 0, 1, 3, 2));
    String seen = g.node("MatMul", g.node("Softmax", LAST, scores), value);
    seen = g.node("Reshape", transposed(g, seen, 0, 2, 1, 3), g.longs(0, 1, 8));
    String attended = g.add(across, g.matMul(seen, 8, 6));
    String back = g.matMul(g.node("Tanh", layerNorm(attended, 6)), 6, 5);
    String fused = g.node("Concat", CHANNELS, back, slice(left, 1, 1, 37));
    String of5 = g.gemm(token(layerNorm(fused, 5), 0), 5, 3);
    String of6 = g.gemm(token(layerNorm(right, 6), 0), 6, 3);
    // The mean over a new first axis, as stacked logits are averaged.
    String stacked =
        g.node(
            "Concat",
            Map.of("axis", new Attribute.Int(0)),
            g.node("Unsqueeze", of5, g.longs(0)),
            g.node("Unsqueeze", of6, g.longs(0)));
    String mean = g.node("ReduceMean", Map.of("axes", ints(0), "keepdims", NONE), stacked);

    Checked found = Checked.of(g.build(mean));
    found.hasBlocks("5", "6", "2(4 4)");
    assertThat(HiddenUnits.of(found.network(), found.symmetry()).fixed()).isEmpty();
  }

  private static final Attribute NONE = new Attribute.Int(0);

  private String heads(String t, int positions, int heads, int size) {
    return transposed(g, g.node("Reshape", t, g.longs(0, positions, heads, size)), 0, 2, 1, 3);
  }

  // DaViT: attention between the channels of a head. Keys' channels come out where they went in,
  // values' and queries' meet.
  @Test
  void attentionBetweenChannels() {
    String t = tokens(g.conv(x, 3, 5, 3), 5);
    String[] three = queriesKeysValues(t, 5, 3, 4);
    String key = transposed(g, g.node("Mul", three[1], scalar(g, 0.3f)), 0, 1, 3, 2);
    String scores = g.node("Softmax", LAST, g.node("MatMul", key, three[2]));
    String out = g.node("MatMul", scores, transposed(g, three[0], 0, 1, 3, 2));
    String seen = transposed(g, out, 0, 3, 1, 2);
    String projected = g.matMul(g.node("Reshape", seen, g.longs(0, 36, 12)), 12, 6);
    finished(OperatorCase.image(g, projected, 6), 6).hasBlocks("5", "3(4 4)", "6", "4");
  }

  // EfficientViT: no softmax; a column of ones beside the values gives what to divide by.
  @Test
  void linearAttentionWithAColumnOfOnes() {
    String h = g.conv(x, 3, 5, 3);
    linearAttention(h, g.conv(h, 5, 3 * 3 * 4, 1), 3).hasBlocks("5", "3(4 4)", "4");
  }

  // A convolution with queries, keys and values of each head as groups by themselves makes further
  // heads. Its groups and the heads cross, so that these stay; what is in them moves.
  @Test
  void linearAttentionAtTwoScales() {
    String h = g.conv(x, 3, 5, 3);
    String all = g.conv(h, 5, 3 * 3 * 4, 1);
    String wider = g.conv(g.conv(all, 36, 36, 3, 1, 36), 36, 36, 1, 1, 9);
    Checked found = linearAttention(h, g.node("Concat", CHANNELS, all, wider), 6);
    found.hasGroups(5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4);
    assertThat(HiddenUnits.of(found.network(), found.symmetry()).fixed()).isEmpty();
  }

  /** On queries, keys and values [heads x 12, 6, 6], with the head of 4 units behind. */
  private Checked linearAttention(String h, String all, int heads) {
    String cut = transposed(g, g.node("Reshape", all, g.longs(0, heads, 12, 36)), 0, 1, 3, 2);
    String query = g.relu(slice(cut, 3, 0, 4));
    String key = transposed(g, g.relu(slice(cut, 3, 4, 8)), 0, 1, 3, 2);
    String value =
        g.node("Pad", slice(cut, 3, 8, 12), g.longs(0, 0, 0, 0, 0, 0, 0, 1), scalar(g, 1));
    String seen = g.node("MatMul", query, g.node("MatMul", key, value));
    String below = g.node("Add", slice(seen, 3, 4, 5), scalar(g, 1e-3f));
    String out = g.node("Div", slice(seen, 3, 0, 4), below);
    String back = g.node("Reshape", transposed(g, out, 0, 1, 3, 2), g.longs(0, 4 * heads, 6, 6));
    return finished(g.add(h, g.conv(back, 4 * heads, 5, 1)), 5);
  }

  // Conditional convolution: for each image its own mixture of three kernels, images as groups of
  // one convolution. Its units are mixed by a product that sees single weights, so they stay.
  @Test
  void kernelsThatAreMixedForEachImageStay() {
    String before = g.relu(g.conv(x, 3, 5, 3));
    String routing = g.node("Sigmoid", g.gemm(g.pooled(before), 5, 3));
    String kernels = g.node("MatMul", routing, g.weight(0.3, 3, 6 * 5 * 9));
    String weight = g.node("Reshape", kernels, g.longs(2 * 6, 5, 3, 3));
    String images = g.node("Reshape", before, g.longs(1, 2 * 5, 6, 6));
    Map<String, Attribute> groups = Map.of("group", new Attribute.Int(2), "pads", ints(1, 1, 1, 1));
    String mixed = g.node("Conv", groups, images, weight);
    String h = g.relu(g.conv(g.node("Reshape", mixed, g.longs(2, 6, 6, 6)), 6, 7, 3));
    Checked found =
        Checked.of(Batches.fixed(g.build(g.gemm(g.pooled(g.relu(g.conv(h, 7, 4, 1))), 4, 3)), 2));
    // What is read stays; the routing, and what comes behind, moves.
    found.hasGroups(3, 7, 4).reportsFixed("is not a layer with constant weights");
  }
}
