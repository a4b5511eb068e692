package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.symmetry.AttentionRules.Operand;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * ONNX Runtime's GroupQueryAttention, as exporters write the attention of language models: heads of
 * queries share heads of keys and values, each for as many in a row, with the rotation by angles,
 * the window and the softmax's sinks in it. Query [batch, positions, heads x size], key and value
 * [batch, positions, shared heads x size]; or all three one after another in the query.
 */
final class GroupQueryRules {
  private static final int PAST_KEY = 3;
  private static final int PAST_VALUE = 4;
  private static final int COSINES = 7;
  private static final int BIAS = 10;
  private static final int SINKS = 11;
  private static final int KEY_SCALE = 12;
  private static final int VALUE_SCALE = 13;
  private static final int QUERY_NORM = 14;
  private static final int KEY_NORM = 15;

  private final Node node;
  private final Ties ties;
  private final int heads;
  private final int shared;
  private final int size;
  private final AttentionRules rule;

  private GroupQueryRules(Node node, Ties ties) {
    this.node = node;
    this.ties = ties;
    this.heads = (int) node.intAttribute("num_heads", 1);
    this.shared = (int) node.intAttribute("kv_num_heads", 1);
    this.size = ties.shape(node.output()).dimension(2) / heads;
    this.rule = new AttentionRules(node, ties, heads);
  }

  static void apply(Node node, Ties ties) {
    Optional<String> reason = whyNot(node, ties);
    if (reason.isPresent()) {
      ties.fixInputs(node, Ties.name(node) + reason.get());
    } else {
      new GroupQueryRules(node, ties).apply();
    }
  }

  /** Why nothing moves, if nothing does. */
  private static Optional<String> whyNot(Node node, Ties ties) {
    boolean computed =
        IntStream.range(0, 3).noneMatch(k -> node.hasInput(k) && ties.isConstant(node.input(k)));
    if (!computed || node.hasInput(1) != node.hasInput(2)) {
      return Optional.of(AttentionRules.OTHER);
    }
    if (node.hasInput(PAST_KEY) || node.hasInput(PAST_VALUE)) {
      return Optional.of(" takes keys and values of earlier tokens");
    }
    if (node.hasInput(KEY_SCALE) || node.hasInput(VALUE_SCALE)) {
      return Optional.of(" quantises keys and values");
    }
    return node.hasInput(QUERY_NORM) || node.hasInput(KEY_NORM)
        ? Optional.of(" normalises queries and keys itself")
        : Optional.empty();
  }

  private void apply() {
    boolean packed = !node.hasInput(1);
    Operand query = part(0, 0, heads, AttentionRules.S, AttentionRules.D);
    Operand key =
        part(packed ? 0 : 1, packed ? heads : 0, shared, AttentionRules.T, AttentionRules.D);
    Operand value =
        part(
            packed ? 0 : 2,
            packed ? heads + shared : 0,
            shared,
            AttentionRules.T,
            AttentionRules.E);
    if (node.intAttribute("do_rotary", 0) != 0) {
      int rotated = 2 * ties.shape(node.input(COSINES)).dimension(1);
      rule.holdAngles(query, rotated);
      rule.holdAngles(key, rotated);
    }
    rule.apply(query, key, value, node.input(BIAS), node.input(SINKS));
  }

  /**
   * Some of the heads on the last axis of an input.
   *
   * @param first the first of them
   * @param count how many
   * @param position the label of their positions
   * @param feature the label of their features
   */
  private Operand part(int input, int first, int count, int position, int feature) {
    String value = node.input(input);
    ValueShape whole = ties.shape(value);
    int[] lengths = {whole.dimension(0), whole.dimension(1), count * size};
    int[] places = IntStream.range(first * size, (first + count) * size).toArray();
    boolean all = places.length == whole.dimension(2);
    List<Elements> own =
        ties.elements(value).stream()
            .map(e -> all || !e.has(2) ? e : ties.gathered(e, 2, places))
            .toList();
    return rule.operand(own, new ValueShape(lengths, whole.batchAxis()), count, position, feature);
  }
}
