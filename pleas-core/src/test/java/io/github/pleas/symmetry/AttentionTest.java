package io.github.pleas.symmetry;

import static io.github.pleas.symmetry.OperatorCase.heads;
import static io.github.pleas.symmetry.OperatorCase.image;
import static io.github.pleas.symmetry.OperatorCase.joined;
import static io.github.pleas.symmetry.OperatorCase.scalar;
import static io.github.pleas.symmetry.OperatorCase.tokens;
import static io.github.pleas.symmetry.OperatorCase.transposed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.GroupQuery;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Attention as exporters write it, on 36 tokens of 5 features, with 3 heads. In each head 4 units
 * of query and key are tied in their product, and 2 of the value with the output projection, which
 * writes 6: "3(2 4)". Heads move as wholes.
 */
class AttentionTest {
  private static final Attribute NONE = new Attribute.Int(0);
  private static final Attribute ONE = new Attribute.Int(1);
  private static final String[] APART = {"5", "3(2 4)", "6", "4"};

  /** As {@link #APART}, with 4 units of the value, as one matrix for all three gives. */
  private static final String[] FUSED = {"5", "3(4 4)", "6", "4"};

  private static final String MORE = " cannot be made to take more of them";

  private final GraphBuilder g = new GraphBuilder(21);
  private final String x = g.input("x", 3, 6, 6);
  private final String t = tokens(g, g.conv(x, 3, 5, 3), 5);

  /** The output's features projected to 6, and a further group of 4 units before the head. */
  private Checked finished(String values, int features) {
    String out = image(g, g.matMul(values, features, 6), 6);
    return Checked.of(g.build(g.gemm(g.pooled(g.relu(g.conv(out, 6, 4, 1))), 4, 3)));
  }

  private String weights(String q, String k) {
    return softmax(g.node("MatMul", q, transposed(g, k, 0, 1, 3, 2)));
  }

  private String softmax(String scores) {
    String scaled = g.node("Mul", scores, scalar(g, 0.5f));
    return g.node("Softmax", Map.of("axis", new Attribute.Int(-1)), scaled);
  }

  private String attended(String q, String k, String v, int features) {
    return joined(g, g.node("MatMul", weights(q, k), v), features);
  }

  @Test
  void ofThreeProjections() {
    String all = attended(heads(g, t, 5, 3, 4), heads(g, t, 5, 3, 4), heads(g, t, 5, 3, 2), 6);
    finished(all, 6).hasBlocks(APART);
  }

  // The same matrix for queries and keys: their units are tied anyway.
  @Test
  void ofSharedQueriesAndKeys() {
    String q = heads(g, t, 5, 3, 4);
    finished(attended(q, q, heads(g, t, 5, 3, 2), 6), 6).hasBlocks(APART);
  }

  @Test
  void ofOneMatrixThatIsReshapedAndGathered() {
    String cut = g.node("Reshape", g.matMul(t, 5, 36), g.longs(0, 36, 3, 3, 4));
    String apart = transposed(g, cut, 2, 0, 3, 1, 4);
    String[] three = new String[3];
    for (int k = 0; k < 3; k++) {
      String index = g.constant(Tensor.ofLongs(new int[0], new long[] {k}));
      three[k] = g.node("Gather", Map.of("axis", NONE), apart, index);
    }
    finished(attended(three[0], three[1], three[2], 12), 12).hasBlocks(FUSED);
  }

  @Test
  void ofOneMatrixThatIsSplit() {
    List<String> three =
        g.nodes("", "Split", Map.of("axis", new Attribute.Int(-1)), 3, g.matMul(t, 5, 36));
    List<String> cut =
        three.stream()
            .map(v -> transposed(g, g.node("Reshape", v, g.longs(0, 36, 3, 4)), 0, 2, 1, 3))
            .toList();
    finished(attended(cut.get(0), cut.get(1), cut.get(2), 12), 12).hasBlocks(FUSED);
  }

  // [heads, query and key and value, size] in the columns of the matrix.
  @Test
  void ofOneMatrixWithTheThreeWithinEachHead() {
    String cut = g.node("Reshape", g.matMul(t, 5, 36), g.longs(0, 36, 3, 12));
    List<String> three =
        g.nodes(
            "", "Split", Map.of("axis", new Attribute.Int(-1)), 3, transposed(g, cut, 0, 2, 1, 3));
    finished(attended(three.get(0), three.get(1), three.get(2), 12), 12).hasBlocks(FUSED);
  }

  // nn.MultiheadAttention: [positions, batch, features], heads and batch on one axis.
  @Test
  void withHeadsAndBatchOnOneAxis() {
    String first = transposed(g, t, 1, 0, 2);
    String[] three = new String[3];
    for (int k = 0; k < 3; k++) {
      String rows = g.node("Reshape", g.matMul(first, 5, 12), g.longs(36, -1, 4));
      three[k] = transposed(g, rows, 1, 0, 2);
    }
    String scores = g.node("MatMul", three[0], transposed(g, three[1], 0, 2, 1));
    String values = g.node("MatMul", softmax(scores), three[2]);
    String back = g.node("Reshape", transposed(g, values, 1, 0, 2), g.longs(-1, 12));
    String out = g.node("Reshape", g.gemm(back, 12, 5), g.longs(36, -1, 5));
    finished(transposed(g, g.add(first, out), 1, 0, 2), 5).hasBlocks(FUSED);
  }

  // Each head has a table of its own, which moves with it.
  @Test
  void withRelativePositionsForEachHead() {
    String q = heads(g, t, 5, 3, 4);
    String scores = g.node("MatMul", q, transposed(g, heads(g, t, 5, 3, 4), 0, 1, 3, 2));
    String table = g.weight(1, 3, 36, 36);
    String all = g.node("MatMul", softmax(g.add(scores, table)), heads(g, t, 5, 3, 2));
    Checked found = finished(joined(g, all, 6), 6).hasBlocks(APART);
    assertMoves(found, table, 0);
  }

  private static void assertMoves(Checked found, String constant, int axis) {
    assertThat(found.symmetry().axis(constant, axis))
        .hasValueSatisfying(units -> assertThat(units.moves()).isTrue());
  }

  // The token and the positions' embeddings move with the stream, of which the head reads the
  // token.
  @Test
  void withAClassTokenAndPositions() {
    String batch = g.node("Slice", g.node("Shape", x), g.longs(0), g.longs(1), g.longs(0));
    String shape = g.node("Concat", Map.of("axis", NONE), batch, g.longs(1, 5));
    String token = g.weight(1, 1, 1, 5);
    String all = g.node("Concat", Map.of("axis", ONE), g.node("Expand", token, shape), t);
    String positions = g.weight(1, 1, 37, 5);
    String stream = g.add(all, positions);
    String[] three = new String[3];
    for (int k = 0; k < 3; k++) {
      String rows = g.node("Reshape", g.matMul(normal(stream), 5, 12), g.longs(0, 37, 3, 4));
      three[k] = transposed(g, rows, 0, 2, 1, 3);
    }
    String values = g.node("MatMul", weights(three[0], three[1]), three[2]);
    String back = g.node("Reshape", transposed(g, values, 0, 2, 1, 3), g.longs(0, 37, 12));
    stream = g.add(stream, g.matMul(back, 12, 5));
    stream = g.add(stream, g.matMul(g.relu(g.matMul(normal(stream), 5, 7)), 7, 5));
    String zero = g.constant(Tensor.ofLongs(new int[0], new long[1]));
    String first = g.node("Gather", Map.of("axis", ONE), stream, zero);
    Checked found = Checked.of(g.build(g.gemm(first, 5, 3))).hasBlocks("5", "3(4 4)", "7");
    assertMoves(found, token, 2);
    assertMoves(found, positions, 2);
  }

  private String normal(String stream) {
    return g.node("LayerNormalization", stream, g.positive(5), g.weight(0.1, 5));
  }

  // Scales of the features that all heads share tell these apart.
  @Test
  void withNormalisedQueriesAndKeys() {
    String q = scaled(heads(g, t, 5, 3, 4));
    String k = scaled(heads(g, t, 5, 3, 4));
    finished(attended(q, k, heads(g, t, 5, 3, 2), 6), 6).hasBlocks("5", "3(2)", "6", "4");
  }

  private String scaled(String heads) {
    return g.node("LayerNormalization", heads, g.positive(4), g.weight(0.1, 4));
  }

  // Cosine attention with a temperature for each head (Swin v2): nothing tells features apart.
  @Test
  void withATemperatureForEachHead() {
    Map<String, Attribute> last = Map.of("axis", new Attribute.Int(-1));
    String q = g.node("LpNormalization", last, heads(g, t, 5, 3, 4));
    String k = g.node("LpNormalization", last, heads(g, t, 5, 3, 4));
    String scores = g.node("MatMul", q, transposed(g, k, 0, 1, 3, 2));
    String warm = softmax(g.node("Mul", scores, g.weight(3, 3, 1, 1)));
    String all = g.node("MatMul", warm, heads(g, t, 5, 3, 2));
    finished(joined(g, all, 6), 6).hasBlocks(APART);
  }

  // Tables of cosines and sines tell the features of a head apart; those of the value move.
  @Test
  void withRotaryEmbeddings() {
    String cos = g.weight(1, 36, 4);
    String sin = g.weight(1, 36, 4);
    String q = rotated(heads(g, t, 5, 3, 4), cos, sin);
    String k = rotated(heads(g, t, 5, 3, 4), cos, sin);
    finished(attended(q, k, heads(g, t, 5, 3, 2), 6), 6).hasBlocks("5", "3(2)", "6", "4");
  }

  private String rotated(String h, String cos, String sin) {
    String low = g.node("Slice", h, g.longs(0), g.longs(2), g.longs(3));
    String high = g.node("Slice", h, g.longs(2), g.longs(Long.MAX_VALUE), g.longs(3));
    String half = g.node("Concat", Map.of("axis", new Attribute.Int(-1)), g.node("Neg", high), low);
    return g.add(g.node("Mul", h, cos), g.node("Mul", half, sin));
  }

  // Four heads of queries share two of keys and values, which are repeated for them.
  @Test
  void withFewerHeadsOfKeysByExpand() {
    String q = heads(g, t, 5, 4, 4);
    String all = attended(q, spread(heads(g, t, 5, 2, 4), 4), spread(heads(g, t, 5, 2, 2), 2), 8);
    finished(all, 8).hasBlocks("5", "2(2 4)", "6", "4");
  }

  private String spread(String h, int size) {
    String batch = g.node("Slice", g.node("Shape", x), g.longs(0), g.longs(1), g.longs(0));
    String shape = g.node("Concat", Map.of("axis", NONE), batch, g.longs(2, 2, 36, size));
    String twice = g.node("Expand", g.node("Unsqueeze", h, g.longs(2)), shape);
    return g.node("Reshape", twice, g.longs(0, 4, 36, size));
  }

  @Test
  void withFewerHeadsOfKeysByGather() {
    String indices = g.longs(IntStream.range(0, 4).mapToLong(head -> head / 2).toArray());
    String k = g.node("Gather", Map.of("axis", ONE), heads(g, t, 5, 2, 4), indices);
    String v = g.node("Gather", Map.of("axis", ONE), heads(g, t, 5, 2, 2), indices);
    Checked found =
        finished(attended(heads(g, t, 5, 4, 4), k, v, 8), 8).hasBlocks("5", "2(2 4)", "6", "4");
    assertThat(found.whyNotSeparate()).isEqualTo("Gather '" + k + "'" + MORE);
  }

  // Weights [features, heads, size]: a unit for each head and place in it.
  @Test
  void byEinsum() {
    String q = einsum("bsc,chd->bshd", t, g.weight(0.6, 5, 3, 4));
    String k = einsum("bsc,chd->bshd", t, g.weight(0.6, 5, 3, 4));
    String v = einsum("bsc,hce->bhse", t, g.weight(0.6, 3, 5, 2));
    String scores = softmax(einsum("bqhd, bkhd -> bhqk", q, k));
    String all = einsum("...qk,...ke->...qe", scores, v);
    String out = image(g, einsum("bhse,heo->bso", all, g.weight(0.6, 3, 2, 6)), 6);
    Checked.of(g.build(g.gemm(g.pooled(g.relu(g.conv(out, 6, 4, 1))), 4, 3))).hasBlocks(APART);
  }

  // All at once: query, key and value are cut in the same way along the heads.
  @Test
  void byOneEinsum() {
    String[] three = {heads(g, t, 5, 3, 4), heads(g, t, 5, 3, 4), heads(g, t, 5, 3, 2)};
    Map<String, Attribute> linear = Map.of("equation", new Attribute.Text("bhqd,bhkd,bhke->bhqe"));
    finished(joined(g, g.node("Einsum", linear, three), 6), 6).hasBlocks(APART);
  }

  private String einsum(String equation, String... in) {
    return g.node("Einsum", Map.of("equation", new Attribute.Text(equation)), in);
  }

  // Features attend to features, position by position: what is left of a head is on both sides of
  // its scores. Units of queries and those of keys are then apart.
  @Test
  void overChannelsInPlaceOfPositions() {
    String q = heads(g, t, 5, 3, 4);
    String k = heads(g, t, 5, 3, 2);
    String v = heads(g, t, 5, 3, 2);
    String scores = softmax(g.node("MatMul", transposed(g, q, 0, 1, 3, 2), k));
    String all = g.node("MatMul", v, transposed(g, scores, 0, 1, 3, 2));
    finished(joined(g, all, 12), 12).hasBlocks("5", "3(2 4)", "6", "4");
  }

  // The scores of all heads are mixed: each that is A's alone would see those of B.
  @Test
  void withHeadsThatTalkToEachOther() {
    String scores = weights(heads(g, t, 5, 3, 4), heads(g, t, 5, 3, 4));
    String flat = g.node("Reshape", transposed(g, scores, 0, 2, 3, 1), g.longs(0, 36 * 36, 3));
    String summed = g.node("MatMul", flat, transposed(g, flat, 0, 2, 1));
    String mixed = g.node("MatMul", g.node("Softmax", summed), flat);
    String back = transposed(g, g.node("Reshape", mixed, g.longs(0, 36, 36, 3)), 0, 3, 1, 2);
    String all = joined(g, g.node("MatMul", back, heads(g, t, 5, 3, 2)), 6);
    assertThat(finished(all, 6).whyNotSeparate()).startsWith("MatMul '" + summed + "' combines");
  }

  // Windows of 3 x 3 on the batch axis; their tokens stay, heads and units move as without them.
  @Test
  void inWindows() {
    String grid = g.node("Reshape", t, g.longs(0, 2, 3, 2, 3, 5));
    String windows = g.node("Reshape", transposed(g, grid, 0, 1, 3, 2, 4, 5), g.longs(-1, 9, 5));
    String[] three = new String[3];
    for (int k = 0; k < 3; k++) {
      String rows = g.node("Reshape", g.matMul(windows, 5, 12), g.longs(0, 9, 3, 4));
      three[k] = transposed(g, rows, 0, 2, 1, 3);
    }
    String values = g.node("MatMul", weights(three[0], three[1]), three[2]);
    String rows = g.node("Reshape", transposed(g, values, 0, 2, 1, 3), g.longs(0, 9, 12));
    String cut = g.node("Reshape", rows, g.longs(-1, 2, 2, 3, 3, 12));
    String back = g.node("Reshape", transposed(g, cut, 0, 1, 3, 2, 4, 5), g.longs(0, 36, 12));
    finished(back, 12).hasBlocks(FUSED);
  }

  private static final GroupQuery FOUR_TO_TWO = new GroupQuery(4, 2, 36, 0);

  private String[] groupQuery(String... more) {
    String[] in = {g.matMul(t, 5, 32), g.matMul(t, 5, 16), g.matMul(t, 5, 16), "", ""};
    return Stream.concat(Stream.of(in), Stream.of(more)).toArray(String[]::new);
  }

  private static List<String> reasons(Checked found) {
    return HiddenUnits.of(found.network(), found.symmetry()).fixed().stream()
        .map(Symmetry.Fixed::reason)
        .distinct()
        .toList();
  }

  // A table for all heads, and positions that are told: nothing else changes.
  @Test
  void ofGroupedQueriesWithATableForAllHeads() {
    String all =
        FOUR_TO_TWO.node(g, Map.of(), groupQuery("", "", "", g.weight(1, 1, 1, 36, 36))).get(0);
    finished(all, 32).hasBlocks("5", "2(8 8)", "6", "4");
  }

  // Of the keys and values before, the features are in the order in which they come.
  @Test
  void keysAndValuesOfEarlierTokensAreNamed() {
    GroupQuery more = new GroupQuery(4, 2, 36, 3);
    String[] in = groupQuery();
    String few = g.node("Slice", x, g.longs(0, 0), g.longs(2, 4), g.longs(1, 2));
    String past =
        g.node(
            "Slice",
            g.node("Concat", Map.of("axis", new Attribute.Int(3)), few, few),
            g.longs(0, 0),
            g.longs(3, 8),
            g.longs(2, 3));
    in[3] = past;
    in[4] = past;
    String out = image(g, g.matMul(more.node(g, Map.of(), in).get(0), 32, 6), 6);
    Checked found =
        Checked.of(Batches.fixed(g.build(g.gemm(g.pooled(g.relu(g.conv(out, 6, 4, 1))), 4, 3)), 1));
    found.hasBlocks("5", "6", "4");
    assertThat(reasons(found))
        .singleElement()
        .asString()
        .contains("GroupQueryAttention", "keys and values of earlier tokens");
  }

  // What is kept for later tokens leaves the network; so do the features of keys with it.
  @Test
  void keysThatAreKeptForLaterStay() {
    List<String> all = FOUR_TO_TWO.node(g, Map.of(), groupQuery());
    String out = image(g, g.matMul(all.get(0), 32, 6), 6);
    String last = g.gemm(g.pooled(g.relu(g.conv(out, 6, 4, 1))), 4, 3);
    Checked found = Checked.of(g.build(last, all.get(1)));
    found.hasBlocks("5", "6", "4");
    assertThat(reasons(found)).singleElement().asString().contains("GroupQueryAttention");
  }
}
