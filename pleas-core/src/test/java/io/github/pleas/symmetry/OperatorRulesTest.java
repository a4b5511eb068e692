package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operator with a rule stands once between two convolutions, of 5 units before it and 4 after
 * it: these are the groups, unless the case says otherwise.
 */
class OperatorRulesTest {
  private static final int UNITS = 5;

  private record Case(
      String op, int opset, BiFunction<GraphBuilder, String, String> between, int... groups) {
    @Override
    public String toString() {
      return op + " " + Arrays.toString(groups);
    }
  }

  private static final Attribute ONE = new Attribute.Int(1);

  private static Case unary(String op) {
    return new Case(op, 17, (g, h) -> g.node(op, h), 5, 4);
  }

  /** On numbers between 1.1 and 2.1, where the function is defined and not flat. */
  private static Case positive(String op) {
    return new Case(op, 17, (g, h) -> g.node(op, above(g, h)), 5, 4);
  }

  /** On numbers between 0 and 1. */
  private static Case unit(String op) {
    return new Case(op, 17, (g, h) -> g.node(op, g.node("Sigmoid", h)), 5, 4);
  }

  private static String above(GraphBuilder g, String h) {
    return g.add(g.node("Sigmoid", h), scalar(g, 1.1f));
  }

  private static String scalar(GraphBuilder g, float value) {
    return g.constant(Tensor.ofFloats(new int[0], new float[] {value}));
  }

  /** Together with a constant for each channel. */
  private static Case withConstant(String op) {
    return new Case(op, 17, (g, h) -> g.node(op, above(g, h), offset(g, UNITS, 1, 1)), 5, 4);
  }

  /** A constant of numbers around two. */
  private static String offset(GraphBuilder g, int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1.5f + 0.2f * i;
    }
    return g.constant(Tensor.ofFloats(shape, values));
  }

  /** Together with another convolution's output: one group for both. */
  private static Case withOther(String op) {
    return new Case(
        op, 17, (g, h) -> g.node(op, above(g, h), above(g, g.conv("x", 3, UNITS, 1))), 5, 4);
  }

  /** A comparison with a constant for each channel chooses between two values. */
  private static Case comparison(String op) {
    return new Case(
        op,
        17,
        (g, h) -> g.node("Where", g.node(op, h, g.weight(1, UNITS, 1, 1)), h, g.node("Neg", h)),
        5,
        4);
  }

  /** Two comparisons with constants for each channel, joined. */
  private static Case logical(String op) {
    return new Case(
        op,
        17,
        (g, h) -> {
          String low = g.node("Greater", h, g.weight(0.3, UNITS, 1, 1));
          String high = g.node("Less", h, g.weight(0.3, UNITS, 1, 1));
          String both = op.equals("Not") ? g.node(op, low) : g.node(op, low, high);
          return g.node("Where", both, h, g.node("Abs", h));
        },
        5,
        4);
  }

  private static Case pool(String op) {
    return new Case(
        op,
        17,
        (g, h) -> g.node(op, Map.of("kernel_shape", ints(2, 2), "strides", ints(2, 2)), h),
        5,
        4);
  }

  private static Case global(String op) {
    return new Case(op, 17, (g, h) -> g.node(op, h), 5, 4);
  }

  /**
   * Over height and width, kept; with axes as an attribute and, from opset 18 on, as an input. A
   * mean over both would be a GlobalAveragePool in canonical form.
   */
  private static Stream<Case> reduction(String op) {
    long[] axes = op.equals("ReduceMean") ? new long[] {-1} : new long[] {2, -1};
    return Stream.of(
        new Case(
            op,
            op.equals("ReduceSum") ? 11 : 17,
            (g, h) -> g.node(op, Map.of("axes", ints(axes)), above(g, h)),
            5,
            4),
        new Case(op, 18, (g, h) -> g.node(op, above(g, h), g.longs(axes)), 5, 4));
  }

  static Stream<Case> cases() {
    return Stream.of(
            Stream.of(
                    "Abs",
                    "Atan",
                    "Asinh",
                    "Ceil",
                    "Celu",
                    "Cos",
                    "Cosh",
                    "Elu",
                    "Erf",
                    "Exp",
                    "Floor",
                    "HardSigmoid",
                    "HardSwish",
                    "LeakyRelu",
                    "Neg",
                    "Relu",
                    "Round",
                    "Selu",
                    "Sigmoid",
                    "Sign",
                    "Sin",
                    "Sinh",
                    "Softplus",
                    "Softsign",
                    "Tan",
                    "Tanh")
                .map(OperatorRulesTest::unary),
            Stream.of("Log", "Sqrt", "Reciprocal", "Acosh").map(OperatorRulesTest::positive),
            Stream.of("Acos", "Asin", "Atanh").map(OperatorRulesTest::unit),
            Stream.of("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "PRelu")
                .map(OperatorRulesTest::withConstant),
            Stream.of("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean")
                .map(OperatorRulesTest::withOther),
            Stream.of("Greater", "GreaterOrEqual", "Less", "LessOrEqual")
                .map(OperatorRulesTest::comparison),
            Stream.of("And", "Or", "Xor", "Not", "Equal").map(OperatorRulesTest::logical),
            Stream.of("AveragePool", "LpPool", "MaxPool").map(OperatorRulesTest::pool),
            Stream.of("GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool")
                .map(OperatorRulesTest::global),
            Stream.of(
                    "L1",
                    "L2",
                    "LogSum",
                    "LogSumExp",
                    "Max",
                    "Mean",
                    "Min",
                    "Prod",
                    "Sum",
                    "SumSquare")
                .flatMap(name -> reduction("Reduce" + name)),
            others())
        .flatMap(s -> s);
  }

  private static Stream<Case> others() {
    return Stream.of(
        new Case("Gelu", 20, (g, h) -> g.node("Gelu", h), 5, 4),
        new Case("Swish", 24, (g, h) -> g.node("Swish", h), 5, 4),
        ofRuntime("Gelu"),
        ofRuntime("QuickGelu"),
        ofRuntime("FastGelu"),
        ofRuntime("BiasGelu"),
        new Case("Einsum", 17, OperatorRulesTest::einsum, 5, 7, 5, 4),
        new Case("Mish", 18, (g, h) -> g.node("Mish", h), 5, 4),
        new Case(
            "Shrink",
            17,
            (g, h) -> g.node("Shrink", Map.of("lambd", new Attribute.Float(0.1f)), h),
            5,
            4),
        new Case(
            "ThresholdedRelu",
            17,
            (g, h) -> g.node("ThresholdedRelu", Map.of("alpha", new Attribute.Float(0.1f)), h),
            5,
            4),
        new Case(
            "Mod",
            17,
            (g, h) -> g.node("Mod", Map.of("fmod", ONE), h, offset(g, UNITS, 1, 1)),
            5,
            4),
        new Case("IsNaN", 17, (g, h) -> choose(g, "IsNaN", h), 5, 4),
        new Case("IsInf", 17, (g, h) -> choose(g, "IsInf", h), 5, 4),
        new Case("Clip", 17, (g, h) -> g.node("Clip", h, scalar(g, 0), scalar(g, 6)), 5, 4),
        new Case("Clip", 17, (g, h) -> g.node("Clip", h, "", scalar(g, 0.5f)), 5, 4),
        new Case("Dropout", 17, OperatorRulesTest::dropout, 5, 4),
        new Case(
            "Cast",
            17,
            (g, h) -> g.node("Cast", Map.of("to", ONE), g.node("Greater", h, scalar(g, 0))),
            5,
            4),
        new Case(
            "Where",
            17,
            (g, h) ->
                g.node("Where", g.node("Greater", h, scalar(g, 0)), h, g.weight(1, UNITS, 1, 1)),
            5,
            4),
        new Case("Pad", 17, (g, h) -> g.node("Pad", h, g.longs(0, 0, 1, 1, 0, 0, 1, 1)), 5, 4),
        new Case("BatchNormalization", 17, (g, h) -> g.batchNorm(g.relu(h), UNITS), 5, 4),
        new Case("Softmax", 17, (g, h) -> g.node("Softmax", Map.of("axis", ONE), h), 5, 4),
        new Case("LogSoftmax", 11, (g, h) -> g.node("LogSoftmax", Map.of("axis", ONE), h), 5, 4),
        new Case("Transpose", 17, OperatorRulesTest::detour, 5, 4),
        new Case(
            "Reshape",
            17,
            (g, h) ->
                g.node(
                    "Reshape",
                    g.node("Reshape", h, g.longs(0, UNITS, -1)),
                    g.longs(0, UNITS, 6, 6)),
            5,
            4),
        new Case(
            "Reshape",
            17,
            (g, h) -> g.node("Squeeze", g.node("Unsqueeze", h, g.longs(2)), g.longs(2)),
            5,
            4),
        new Case(
            "Reshape",
            11,
            (g, h) ->
                g.node(
                    "Squeeze",
                    Map.of("axes", ints(2)),
                    g.node("Unsqueeze", Map.of("axes", ints(2)), h)),
            5,
            4),
        new Case("Reshape", 17, OperatorRulesTest::gate, 3, 5, 4),
        new Case("Gemm", 17, OperatorRulesTest::gate, 3, 5, 4),
        new Case("MatMul", 17, OperatorRulesTest::tokens, 7, 5, 4),
        new Case("Concat", 17, (g, h) -> joined(g, h), 2, 3, 4),
        new Case("Conv", 17, (g, h) -> g.conv(h, UNITS, UNITS, 3, 1, UNITS), 5, 4),
        new Case("Conv", 17, (g, h) -> g.conv(h, UNITS, UNITS, 3, 2, UNITS), 5, 4),
        new Case("Conv", 17, (g, h) -> g.conv(h, UNITS, UNITS, 3, 2, 1), 5, 5, 4),
        // The length of the unit axis enters the computation, but not its order.
        new Case("Shape", 15, (g, h) -> g.node("Mul", h, sizeOf(g, "Shape", h)), 5, 4),
        new Case("Size", 17, (g, h) -> g.node("Mul", h, sizeOf(g, "Size", h)), 5, 4));
  }

  /** With a bias on the last axis, where the operator has one. */
  private static Case ofRuntime(String op) {
    return new Case(
        "com.microsoft::" + op,
        17,
        (g, h) -> {
          String last = g.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), h);
          String[] in =
              op.endsWith("sGelu") || op.startsWith("Fast")
                  ? new String[] {last, offset(g, UNITS)}
                  : new String[] {last};
          String curved = g.nodes("com.microsoft", op, Map.of(), 1, in).get(0);
          return g.node("Transpose", Map.of("perm", ints(0, 3, 1, 2)), curved);
        },
        5,
        4);
  }

  /** Seven units from five, and five from these. */
  private static String einsum(GraphBuilder g, String h) {
    // Of two operands it would be a product of rows in canonical form.
    String wide = einsum(g, "bchw,cd,d->bdhw", h, g.weight(0.5, UNITS, 7), offset(g, 7));
    return einsum(g, "ed,b d...,->be...", g.weight(0.5, UNITS, 7), g.relu(wide), scalar(g, 2));
  }

  private static String einsum(GraphBuilder g, String equation, String... in) {
    return g.node("Einsum", Map.of("equation", new Attribute.Text(equation)), in);
  }

  /** Of a ratio of zero, in training only if the images say so: they never do. */
  private static String dropout(GraphBuilder g, String h) {
    String most = g.node("ReduceMax", Map.of("keepdims", new Attribute.Int(0)), "x");
    String training = g.node("Greater", most, scalar(g, 1e6f));
    return g.node("Dropout", h, scalar(g, 0), training);
  }

  /** Where a test for each element is true one value, else the other. */
  private static String choose(GraphBuilder g, String op, String h) {
    // A half of all elements is no number, or infinite: the root of those below zero, and an
    // exponential of so many that single precision ends.
    String special =
        op.equals("IsNaN") ? g.node("Sqrt", h) : g.node("Exp", g.node("Mul", h, scalar(g, 1e4f)));
    return g.node("Where", g.node(op, special), g.weight(1, UNITS, 1, 1), h);
  }

  /** Channels last, a factor for each, and back. */
  private static String detour(GraphBuilder g, String h) {
    String last = g.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), h);
    return g.node(
        "Transpose", Map.of("perm", ints(0, 3, 1, 2)), g.node("Mul", last, offset(g, UNITS)));
  }

  /** Squeeze and excitation: a factor for each channel, from 3 units in between. */
  private static String gate(GraphBuilder g, String h) {
    String squeezed = g.relu(g.gemm(g.pooled(h), UNITS, 3));
    String factors = g.node("Sigmoid", g.gemm(squeezed, 3, UNITS));
    return g.node("Mul", h, g.node("Unsqueeze", factors, g.longs(2, 3)));
  }

  /** A perceptron of 7 units on tokens with a skip path. */
  private static String tokens(GraphBuilder g, String h) {
    String rows =
        g.node(
            "Transpose",
            Map.of("perm", ints(0, 2, 1)),
            g.node("Reshape", h, g.longs(0, UNITS, -1)));
    String hidden = g.relu(g.matMul(rows, UNITS, 7));
    String sum = g.add(rows, g.matMul(hidden, 7, UNITS));
    return g.node(
        "Reshape",
        g.node("Transpose", Map.of("perm", ints(0, 2, 1)), sum),
        g.longs(0, UNITS, 6, 6));
  }

  /** Two convolutions' units, 2 and 3, in one axis, and a factor for each; h is not used. */
  private static String joined(GraphBuilder g, String h) {
    String both = g.node("Concat", Map.of("axis", ONE), g.conv("x", 3, 2, 3), g.conv("x", 3, 3, 3));
    return g.node("Mul", both, offset(g, UNITS, 1, 1));
  }

  /** What a node says of lengths, as one number. */
  private static String sizeOf(GraphBuilder g, String op, String h) {
    String size = g.node(op, h);
    String float32 = g.node("Cast", Map.of("to", ONE), size);
    return op.equals("Shape")
        ? g.node("ReduceProd", Map.of("keepdims", new Attribute.Int(0)), float32)
        : float32;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void unitsAroundAnOperatorMoveWithTheirTies(Case c) {
    GraphBuilder g = new GraphBuilder(3).opset(c.opset());
    String x = g.input("x", 3, 6, 6);
    String h = c.between().apply(g, g.conv(x, 3, UNITS, 3));
    String last = g.conv(h, UNITS, 4, 1);
    Checked.of(g.build(g.gemm(g.pooled(last), 4, 3))).hasGroups(c.groups()).has(c.op());
  }

  static Stream<OperatorCase> further() {
    return Stream.concat(OperatorCases.all(), AttentionCases.all());
  }

  @ParameterizedTest
  @MethodSource("further")
  void unitsMoveAsTheOperatorLetsThem(OperatorCase c) {
    Checked.of(c.graph()).hasBlocks(c.expected()).has(c.op());
  }

  @Test
  void everyRuleHasItsCase() {
    Set<String> tested = new TreeSet<>();
    cases().forEach(c -> tested.add(c.op()));
    further().forEach(c -> tested.add(c.op()));
    tested.add("Identity"); // below
    assertThat(tested).containsExactlyInAnyOrderElementsOf(OperatorRules.standard().operators());
  }

  /** Only where both what it reads and what it writes are outputs is an identity not left out. */
  @Test
  void anIdentityThatStaysHasARule() {
    GraphBuilder g = new GraphBuilder(3);
    String y = g.gemm(g.pooled(g.relu(g.conv(g.input("x", 3, 6, 6), 3, UNITS, 3))), UNITS, 3);
    Checked found = Checked.of(g.build(y, g.node("Identity", y))).hasGroups(5).has("Identity");
    assertThat(found.symmetry().unknownOperators()).isEmpty();
    assertThat(found.symmetry().failedRules()).isEmpty();
  }

  @Test
  void constantsOfEveryRankFollowTheUnits() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("scalar", new int[] {});
    shapes.put("one", new int[] {1});
    shapes.put("per channel", new int[] {UNITS, 1, 1});
    shapes.put("per channel, rank 4", new int[] {1, UNITS, 1, 1});
    shapes.put("per position", new int[] {6, 6});
    shapes.put("per channel and position", new int[] {UNITS, 6, 6});
    shapes.forEach(
        (what, shape) -> {
          GraphBuilder g = new GraphBuilder(4);
          String h = g.node("Mul", g.conv(g.input("x", 3, 6, 6), 3, UNITS, 3), offset(g, shape));
          Checked found =
              Checked.of(g.build(g.gemm(g.pooled(g.relu(g.conv(h, UNITS, 4, 1))), 4, 3)))
                  .hasGroups(5, 4);
          if (what.startsWith("per channel")) {
            found.moves("Mul", 1, shape.length - 3);
          }
        });
  }
}
