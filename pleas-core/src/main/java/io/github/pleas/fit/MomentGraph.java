package io.github.pleas.fit;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.onnx.ValueInfo.Dimension;
import io.github.pleas.runtime.TapGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The moments of a dense layer's problem as operators of ONNX. From the layer's input, the places
 * of the sampled rows in it, ones where these are within it and zeros elsewhere, the targets T
 * [rows, outputs] (less what a skip path adds), ones [rows, 1] and the base W0 [unknowns, outputs],
 * a constant, it makes
 *
 * <pre>{@code
 * X = [input at the places, unrolled | ones]       D = T - X W0
 * X'X    X'D    column sums of Y = X W0, Y^2, D, Y D, T^2 and D^2
 * }</pre>
 *
 * <p>All products are of double precision, so that no rows need be added up in blocks; X'X and X'D
 * are either added to those of the batches before, or rounded to single precision on their way out,
 * once for each batch.
 */
final class MomentGraph implements TapGraph {
  // The axes of what is summed are written as products with ones: ReduceSum and Squeeze changed
  // their form between the versions of the operator set that networks have.
  private static final String PREFIX = "pleas.moments/";

  private static final String ROWS = PREFIX + "rows";
  private static final String TAPS = PREFIX + "taps";

  static final String TARGETS = PREFIX + "targets";
  static final String BASE = PREFIX + "base";
  static final String PLACES = PREFIX + "places";
  static final String WITHIN = PREFIX + "within";
  static final String SKIPS = PREFIX + "skips";
  static final String ONES = PREFIX + "ones";
  static final String GRAM = PREFIX + "gram";
  static final String CROSS = PREFIX + "cross";
  static final String GRAM_BEFORE = PREFIX + "gram-before";
  static final String CROSS_BEFORE = PREFIX + "cross-before";
  static final String SUMS = PREFIX + "sums";

  /** How many sums there are of each output. */
  static final int SUM_COUNT = 6;

  private final List<String> values;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final int unknowns;
  private final int outputs;
  private final boolean skipped;
  private final boolean adds;

  /**
   * The operators for one layer.
   *
   * @param value what the layer reads
   * @param unrolling what it sees of it
   * @param outputs columns of T
   * @param bias whether X has the column of ones
   * @param skip what is taken off the targets, if anything is: its rows at places of their own
   * @param adds whether X'X and X'D are added to those of the batches before, in double precision
   */
  MomentGraph(
      String value,
      Unrolling unrolling,
      int outputs,
      boolean bias,
      Optional<LayerRows.Skip> skip,
      boolean adds) {
    this.values = skip.map(s -> List.of(value, s.value())).orElse(List.of(value));
    this.skipped = skip.isPresent();
    this.adds = adds;
    this.unknowns = unrolling.columns() + (bias ? 1 : 0);
    this.outputs = outputs;
    String seen = cast(unrolled(value, unrolling), ElementType.DOUBLE);
    String ones = cast(ONES, ElementType.DOUBLE);
    String x = bias ? concat(1, List.of(seen, ones)) : seen;
    String across = transposed(x, 1, 0);
    String y = add("MatMul", x, cast(BASE, ElementType.DOUBLE));
    String targets = skip.map(s -> add("Sub", TARGETS, skippedRows(s))).orElse(TARGETS);
    String t = cast(targets, ElementType.DOUBLE);
    String d = add("Sub", t, y);
    handOut(add("MatMul", across, x), GRAM_BEFORE, GRAM);
    handOut(add("MatMul", across, d), CROSS_BEFORE, CROSS);
    String all =
        concat(
            1,
            List.of(y, add("Mul", y, y), d, add("Mul", y, d), add("Mul", t, t), add("Mul", d, d)));
    named("MatMul", List.of(transposed(ones, 1, 0), all), SUMS, Map.of());
  }

  private void handOut(String product, String before, String output) {
    if (adds) {
      named("Add", List.of(before, product), output, Map.of());
    } else {
      cast(product, ElementType.FLOAT, output);
    }
  }

  /** The rows of what the layer sees, [rows, columns], channel by channel and tap by tap. */
  private String unrolled(String value, Unrolling unrolling) {
    String whole = reshaped(value, -1, unrolling.all(), unrolling.inner());
    if (unrolling.units() < unrolling.all()) {
      long[] seen =
          LongStream.range(unrolling.first(), unrolling.first() + unrolling.units()).toArray();
      whole = gathered(whole, constant(Tensor.ofLongs(new int[] {seen.length}, seen)), 1);
    }
    int units = unrolling.units();
    String rows = reshaped(transposed(whole, 0, 2, 1), -1, units);
    // Not a row of zeros behind them all: for a Concat of many rows, ONNX Runtime makes a table of
    // as many numbers on the processor, which takes longer than any other operator here.
    String found = add("Mul", gathered(rows, PLACES, 0), WITHIN);
    if (unrolling.taps() == 1) {
      return found;
    }
    String taps = reshaped(found, -1, unrolling.taps(), units);
    return reshaped(transposed(taps, 0, 2, 1), -1, unrolling.columns());
  }

  /** The rows of what a skip path adds, [rows, outputs]. */
  private String skippedRows(LayerRows.Skip skip) {
    String whole = reshaped(skip.value(), -1, outputs, skip.view().inner());
    String rows = reshaped(transposed(whole, 0, 2, 1), -1, outputs);
    return gathered(rows, SKIPS, 0);
  }

  @Override
  public List<String> values() {
    return values;
  }

  @Override
  public List<Node> nodes() {
    return nodes;
  }

  /** Its constants, but for the base. */
  @Override
  public Map<String, Tensor> constants() {
    return constants;
  }

  /** The base, as a value. */
  ValueInfo base() {
    return info(BASE, ElementType.FLOAT, unknowns, outputs);
  }

  /**
   * How long the free axes of its inputs are.
   *
   * @param rows that are given
   * @param unrolling the graph's
   */
  static Map<String, Integer> lengths(int rows, Unrolling unrolling) {
    return Map.of(ROWS, rows, TAPS, Math.multiplyExact(rows, unrolling.taps()));
  }

  @Override
  public List<ValueInfo> inputs() {
    Dimension rows = Dimension.free(ROWS);
    List<ValueInfo> inputs = new ArrayList<>();
    Dimension taps = Dimension.free(TAPS);
    inputs.add(new ValueInfo(PLACES, ElementType.INT64, List.of(taps)));
    inputs.add(new ValueInfo(WITHIN, ElementType.FLOAT, List.of(taps, Dimension.of(1))));
    inputs.add(new ValueInfo(TARGETS, ElementType.FLOAT, List.of(rows, Dimension.of(outputs))));
    inputs.add(new ValueInfo(ONES, ElementType.FLOAT, List.of(rows, Dimension.of(1))));
    if (adds) {
      inputs.add(info(GRAM_BEFORE, ElementType.DOUBLE, unknowns, unknowns));
      inputs.add(info(CROSS_BEFORE, ElementType.DOUBLE, unknowns, outputs));
    }
    if (skipped) {
      inputs.add(new ValueInfo(SKIPS, ElementType.INT64, List.of(rows)));
    }
    return inputs;
  }

  @Override
  public List<ValueInfo> outputs() {
    ElementType type = adds ? ElementType.DOUBLE : ElementType.FLOAT;
    return List.of(
        info(GRAM, type, unknowns, unknowns),
        info(CROSS, type, unknowns, outputs),
        info(SUMS, ElementType.DOUBLE, 1, SUM_COUNT * outputs));
  }

  private static ValueInfo info(String name, ElementType type, int rows, int columns) {
    return new ValueInfo(name, type, List.of(Dimension.of(rows), Dimension.of(columns)));
  }

  private String cast(String value, ElementType type) {
    return cast(value, type, fresh());
  }

  private String cast(String value, ElementType type, String output) {
    return named("Cast", List.of(value), output, Map.of("to", new Attribute.Int(type.code())));
  }

  private String reshaped(String value, long... shape) {
    return add("Reshape", value, constant(Tensor.ofLongs(new int[] {shape.length}, shape)));
  }

  private String transposed(String value, int... order) {
    List<Long> axes = IntStream.of(order).mapToObj(Long::valueOf).toList();
    return named("Transpose", List.of(value), fresh(), Map.of("perm", new Attribute.Ints(axes)));
  }

  private String gathered(String value, String indices, int axis) {
    return named(
        "Gather", List.of(value, indices), fresh(), Map.of("axis", new Attribute.Int(axis)));
  }

  private String concat(int axis, List<String> values) {
    return named("Concat", values, fresh(), Map.of("axis", new Attribute.Int(axis)));
  }

  private String add(String op, String left, String right) {
    return named(op, List.of(left, right), fresh(), Map.of());
  }

  private String constant(Tensor tensor) {
    String name = PREFIX + "constant" + constants.size();
    constants.put(name, tensor);
    return name;
  }

  private String fresh() {
    return PREFIX + nodes.size();
  }

  private String named(
      String op, List<String> inputs, String output, Map<String, Attribute> attributes) {
    nodes.add(new Node(output, op, "", inputs, List.of(output), attributes));
    return output;
  }
}
