package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.ValueShape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Attention as one operator: softmax(Q K' + mask) V, for each head by itself. Features of query and
 * key meet in the product, those of the value go to the output, and heads are blocks of both.
 * ONNX's own from operator set 23 on, and ONNX Runtime's.
 */
final class AttentionRules {
  /**
   * Labels of the product: image, head, query's and key's position, their features, the value's.
   */
  private static final int B = 0;

  private static final int H = 1;
  static final int S = 2;
  static final int T = 3;
  static final int D = 4;
  static final int E = 5;

  static final String OTHER = " is not of a kind whose units may move";

  private final Node node;
  private final Ties ties;
  private final int heads;

  AttentionRules(Node node, Ties ties, int heads) {
    this.node = node;
    this.ties = ties;
    this.heads = heads;
  }

  /**
   * One of query, key, value.
   *
   * @param elements on the axes of {@code shape}
   * @param shape for each of {@code labels} its length
   */
  record Operand(List<Elements> elements, int[] labels, int[] shape) {}

  /**
   * Attention: Q, K, V [batch, heads, positions, size] or [batch, positions, heads x size], mask
   * [..., heads, positions, positions]; keys and values may have fewer heads, each for as many
   * queries in a row.
   */
  static void attention(Node node, Ties ties) {
    if (isNotComputed(node, ties) || node.hasInput(4) || node.hasInput(5)) {
      ties.fixInputs(node, Ties.name(node) + OTHER);
      return;
    }
    boolean apart = ties.shape(node.input(0)).rank() == 4;
    int heads =
        apart ? ties.shape(node.input(0)).dimension(1) : (int) node.intAttribute("q_num_heads", 1);
    int shared =
        apart ? ties.shape(node.input(1)).dimension(1) : (int) node.intAttribute("kv_num_heads", 1);
    AttentionRules rule = new AttentionRules(node, ties, heads);
    rule.apply(
        rule.operand(node.input(0), heads, S, D),
        rule.operand(node.input(1), shared, T, D),
        rule.operand(node.input(2), shared, T, E),
        node.input(3));
  }

  /**
   * MultiHeadAttention: query [batch, positions, heads x size], key and value alike or [batch,
   * heads, positions, size], bias [all features], padding mask, attention bias [..., heads,
   * positions, positions].
   */
  static void multiHead(Node node, Ties ties) {
    boolean plain =
        !isNotComputed(node, ties)
            && ties.shape(node.input(0)).rank() == 3
            && ties.shape(node.input(1)).rank() <= 4
            && node.inputs().stream().skip(6).allMatch(String::isEmpty);
    boolean flat = plain && ties.shape(node.input(1)).rank() == 3;
    if (!plain || node.hasInput(3) && !(flat && ties.isConstant(node.input(3)))) {
      ties.fixInputs(node, Ties.name(node) + OTHER);
      return;
    }
    int heads = (int) node.intAttribute("num_heads", 1);
    AttentionRules rule = new AttentionRules(node, ties, heads);
    if (node.hasInput(3)) {
      int[] all =
          IntStream.range(0, 3)
              .mapToObj(node::input)
              .flatMapToInt(value -> Arrays.stream(rule.features(value)))
              .toArray();
      ties.bind(node.input(3), 0, Optional.of(all), node);
    }
    rule.apply(
        rule.operand(node.input(0), heads, S, D),
        rule.operand(node.input(1), heads, T, D),
        rule.operand(node.input(2), heads, T, E),
        node.input(5));
  }

  /**
   * Attention with its projections: X [batch, positions, in], W [in, features of queries, keys and
   * values], B [these features], mask, past, bias [..., heads, positions, positions].
   */
  static void packed(Node node, Ties ties) {
    boolean weights =
        ties.isConstant(node.input(1)) && (!node.hasInput(2) || ties.isConstant(node.input(2)));
    if (!weights || node.hasInput(4)) {
      ties.fixInputs(node, Ties.name(node) + OTHER);
      return;
    }
    int heads = (int) node.intAttribute("num_heads", 1);
    int third = ties.shape(node.input(1)).dimension(1) / 3;
    int[] sizes = node.intsAttribute("qkv_hidden_sizes", new int[] {third, third, third});
    int[] ids = ties.fresh(sizes[0] + sizes[1] + sizes[2]);
    AttentionRules rule = new AttentionRules(node, ties, heads);
    Optional<int[]> in = ties.elements(node.input(0), 2);
    for (int axis = 0; axis < 2; axis++) {
      ties.elements(node.input(0), axis)
          .ifPresent(other -> ties.fix(other, Ties.name(node) + " works along this axis"));
    }
    ties.bind(node.input(1), 0, in, node);
    ties.bind(node.input(1), 1, Optional.of(ids), node);
    if (node.hasInput(2)) {
      ties.bind(node.input(2), 0, Optional.of(ids), node);
    }
    in.ifPresent(read -> ties.keepTogether(node, List.of(Elements.on(2, read))));
    int positions = ties.shape(node.input(0)).dimension(1);
    int[] ends = {sizes[0], sizes[0] + sizes[1], ids.length};
    Operand query = rule.made(Arrays.copyOfRange(ids, 0, ends[0]), positions, S, D);
    Operand key = rule.made(Arrays.copyOfRange(ids, ends[0], ends[1]), positions, T, D);
    if (node.intAttribute("do_rotary", 0) != 0) {
      String reason = Ties.name(node) + " rotates each feature by an angle of its own";
      ties.hold(query.elements().get(0), new int[] {3}, reason);
      ties.hold(key.elements().get(0), new int[] {3}, reason);
    }
    Operand value = rule.made(Arrays.copyOfRange(ids, ends[1], ends[2]), positions, T, E);
    rule.apply(query, key, value, node.input(5));
  }

  private static boolean isNotComputed(Node node, Ties ties) {
    return IntStream.range(0, 3)
        .anyMatch(input -> !node.hasInput(input) || ties.isConstant(node.input(input)));
  }

  /** The elements on the features of a value [batch, positions, features]. */
  private int[] features(String value) {
    Optional<int[]> found = ties.elements(value, 2);
    if (found.isPresent()) {
      return found.get();
    }
    int[] stay = ties.fresh(ties.shape(value).dimension(2));
    ties.fix(stay, "'" + value + "' does not move where it enters " + Ties.name(node));
    return stay;
  }

  private Operand made(int[] ids, int positions, int position, int feature) {
    int size = ids.length / heads;
    Elements e = new Elements(new int[] {2, 3}, new int[] {heads, size}, ids);
    return new Operand(
        List.of(e), new int[] {B, position, H, feature}, new int[] {1, positions, heads, size});
  }

  private Operand operand(String value, int own, int position, int feature) {
    return operand(ties.elements(value), ties.shape(value), own, position, feature);
  }

  /**
   * One of query, key, value.
   *
   * @param all the elements on its axes
   * @param given its shape, heads on an axis or side by side
   * @param own its heads; fewer than those of queries serve several each
   */
  Operand operand(List<Elements> all, ValueShape given, int own, int position, int feature) {
    boolean apart = given.rank() == 4;
    ValueShape shape = apart ? given : split(given, own);
    int[] labels =
        apart ? new int[] {B, H, position, feature} : new int[] {B, position, H, feature};
    int axis = apart ? 1 : 2;
    List<Elements> elements = apart ? all : ShapeRules.reshape(node, ties, all, given, shape);
    elements.stream()
        .filter(e -> e.axes(a -> labels[a] != H && labels[a] != feature).length > 0)
        .forEach(e -> ties.fix(e.ids(), Ties.name(node) + " works along this axis"));
    int[] repeated = IntStream.range(0, heads).map(head -> head / (heads / own)).toArray();
    int[] dimensions = shape.dimensions();
    dimensions[axis] = heads;
    return new Operand(
        elements.stream().map(e -> e.has(axis) ? ties.gathered(e, axis, repeated) : e).toList(),
        labels,
        dimensions);
  }

  private static ValueShape split(ValueShape shape, int heads) {
    int[] d = shape.dimensions();
    return new ValueShape(new int[] {d[0], d[1], heads, d[2] / heads}, shape.batchAxis());
  }

  private void apply(Operand query, Operand key, Operand value, String mask) {
    apply(query, key, value, mask, "");
  }

  /**
   * What meets in the product, and what the output has.
   *
   * @param mask added to the scores, [..., heads, positions, positions], or ""
   * @param sinks a number for each head of queries, or ""
   */
  void apply(Operand query, Operand key, Operand value, String mask, String sinks) {
    int[] lengths = new int[6];
    for (Operand operand : List.of(query, key, value)) {
      for (int axis = 0; axis < 4; axis++) {
        lengths[operand.labels()[axis]] = operand.shape()[axis];
      }
    }
    Meeting meeting = new Meeting(node, ties, lengths);
    for (Operand operand : List.of(query, key, value)) {
      meeting.add(operand.elements(), operand.labels(), operand.shape());
    }
    if (!mask.isEmpty()) {
      int rank = ties.shape(mask).rank();
      meeting.add(mask, IntStream.range(4 - rank, 4).toArray());
    }
    if (!sinks.isEmpty()) {
      meeting.add(sinks, new int[] {H});
    }
    List<Elements> met = meeting.meet(label -> false);
    ties.keepTogether(node, met);
    boolean apart = ties.shape(node.output()).rank() == 4;
    IntUnaryOperator axis =
        label -> label == E ? 3 : label == H ? (apart ? 1 : 2) : label == S ? (apart ? 2 : 1) : 0;
    List<Elements> left =
        meeting.remaining(met, label -> label != T && label != D).stream()
            .map(e -> ties.renamed(e, axis))
            .toList();
    ValueShape out = ties.shape(node.output());
    (apart ? left : ShapeRules.reshape(node, ties, left, split(out, heads), out))
        .forEach(e -> ties.assign(node.output(), e));
  }

  /** RotaryEmbedding: X, tables of cosines and sines, positions. */
  static void rotary(Node node, Ties ties) {
    rotary(node, ties, node.input(1));
  }

  /** ONNX Runtime's: X, positions, tables of cosines and sines. */
  static void rotaryOfRuntime(Node node, Ties ties) {
    rotary(node, ties, node.input(2));
  }

  /**
   * X [batch, heads, positions, size] or [batch, positions, heads x size]: the first features of
   * each head, twice as many as the tables are wide, are told apart by their angles.
   */
  private static void rotary(Node node, Ties ties, String table) {
    ValueShape shape = ties.shape(node.input(0));
    int rotated = 2 * ties.shape(table).dimension(ties.shape(table).rank() - 1);
    int named = (int) node.intAttribute("num_heads", 0);
    int heads =
        shape.rank() == 4 ? shape.dimension(1) : named > 0 ? named : shape.dimension(2) / rotated;
    AttentionRules rule = new AttentionRules(node, ties, heads);
    rule.holdAngles(rule.operand(node.input(0), heads, S, D), rotated);
    ties.elements(node.input(0)).forEach(e -> ties.assign(node.output(), e));
  }

  /** The first features of each head are told apart by the angles that they are rotated by. */
  void holdAngles(Operand operand, int rotated) {
    int[] angles = IntStream.range(0, rotated).toArray();
    for (Elements e : operand.elements()) {
      if (e.has(3)) {
        ties.hold(
            ties.gathered(e, 3, angles),
            new int[] {3},
            Ties.name(node) + " rotates each feature by an angle of its own");
      }
    }
  }
}
