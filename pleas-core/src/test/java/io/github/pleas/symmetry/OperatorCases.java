package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;
import static io.github.pleas.symmetry.OperatorCase.NONE;
import static io.github.pleas.symmetry.OperatorCase.ONE;
import static io.github.pleas.symmetry.OperatorCase.TWO;
import static io.github.pleas.symmetry.OperatorCase.image;
import static io.github.pleas.symmetry.OperatorCase.of;
import static io.github.pleas.symmetry.OperatorCase.scalar;
import static io.github.pleas.symmetry.OperatorCase.tokens;
import static io.github.pleas.symmetry.OperatorCase.transposed;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Cases of operators that do more to an axis than to pass it on, and what moves around them. */
final class OperatorCases {
  private static final Map<String, Attribute> CHANNELS = Map.of("axis", ONE);
  private static final Attribute FLOAT = ONE;

  private OperatorCases() {}

  static Stream<OperatorCase> all() {
    return Stream.of(
            convolutions(), selections(), normalisations(), recurrent(), spatial(), indexed())
        .flatMap(s -> s);
  }

  // The channels that a group reads, and those that it writes, stand in one block.
  private static Stream<OperatorCase> convolutions() {
    return Stream.of(
        of("Conv", 17, 6, 8, (g, h) -> g.conv(h, 6, 8, 3, 1, 2), "2(3 4)"),
        of("Conv", 17, 6, 6, (g, h) -> g.conv(h, 6, 6, 1, 1, 3), "3(2 2)"),
        of("Conv", 17, 6, 3, (g, h) -> g.conv(h, 6, 3, 3, 1, 3), "3(2)"),
        of("Conv", 17, 6, 12, (g, h) -> g.conv(h, 6, 12, 3, 1, 6), "6(2)"),
        of("ConvTranspose", 17, 5, 7, (g, h) -> transposedConv(g, h, 5, 7, 1), "5", "7"),
        of("ConvTranspose", 17, 6, 4, (g, h) -> transposedConv(g, h, 6, 4, 2), "2(2 3)"),
        of("ConvTranspose", 17, 6, 6, (g, h) -> transposedConv(g, h, 6, 6, 6), "6"),
        of("ConvTranspose", 17, 6, 12, (g, h) -> transposedConv(g, h, 6, 12, 6), "6(2)"),
        of("ConvTranspose", 17, 6, 2, (g, h) -> transposedConv(g, h, 6, 2, 2), "2(3)"));
  }

  static String transposedConv(GraphBuilder g, String h, int in, int out, int groups) {
    Map<String, Attribute> attributes =
        Map.of(
            "group", new Attribute.Int(groups), "strides", ints(2, 2), "kernel_shape", ints(2, 2));
    return g.node(
        "ConvTranspose", attributes, h, g.weight(0.5, in, out / groups, 2, 2), g.weight(1, out));
  }

  private static Stream<OperatorCase> selections() {
    return Stream.of(
        of("Split", 17, 6, 6, (g, h) -> splitAndSwapped(g, h, g.longs(2, 4)), "2", "4"),
        of("Slice", 17, 7, 7, OperatorCases::evenAndOdd, "3", "4"),
        of("Slice", 9, 7, 7, OperatorCases::slicedByAttributes, "3", "4"),
        of("Gather", 17, 5, 5, (g, h) -> gather(g, h, 4, 2, 0, 3, -4), "5"),
        // Those that stand twice are told from the others.
        of("Gather", 17, 5, 7, (g, h) -> gather(g, h, 0, 0, 1, 1, 2, 3, 4), "2", "3"),
        of("Gather", 17, 6, 6, OperatorCases::gatheredOnTwoAxes, "6"),
        // The one that is added to all is told from the others.
        of("Gather", 17, 5, 5, OperatorCases::oneAddedToAll, "4"),
        of("Tile", 17, 5, 10, (g, h) -> g.node("Tile", h, g.longs(1, 2, 1, 1)), "5"),
        of("DepthToSpace", 17, 8, 2, (g, h) -> depthToSpace(g, h, "DCR"), "2"),
        of("DepthToSpace", 17, 8, 2, (g, h) -> depthToSpace(g, h, "CRD"), "2"),
        of(
            "SpaceToDepth",
            17,
            5,
            20,
            (g, h) -> g.node("SpaceToDepth", Map.of("blocksize", TWO), h),
            "5"),
        of("Expand", 17, 5, 5, (g, h) -> g.node("Mul", h, spreadGate(g, h)), "5"),
        of(
            "CastLike",
            17,
            5,
            5,
            (g, h) -> g.node("CastLike", g.node("Greater", h, scalar(g, 0)), h),
            "5"));
  }

  private static String splitAndSwapped(GraphBuilder g, String h, String lengths) {
    List<String> parts = g.nodes("", "Split", CHANNELS, 2, h, lengths);
    return g.node("Concat", CHANNELS, parts.get(1), parts.get(0));
  }

  /** Every second channel from the end back, and the others. */
  private static String evenAndOdd(GraphBuilder g, String h) {
    long least = Long.MIN_VALUE;
    String even = g.node("Slice", h, g.longs(-1), g.longs(least), g.longs(-3), g.longs(-2));
    String odd = g.node("Slice", h, g.longs(1), g.longs(Long.MAX_VALUE), g.longs(1), g.longs(2));
    return g.node("Concat", CHANNELS, even, odd);
  }

  private static String slicedByAttributes(GraphBuilder g, String h) {
    String first = slice(g, h, 0, 3);
    return g.node("Concat", CHANNELS, slice(g, h, -4, Integer.MAX_VALUE), first);
  }

  private static String slice(GraphBuilder g, String h, long from, long to) {
    Map<String, Attribute> bounds = Map.of("axes", ints(1), "starts", ints(from), "ends", ints(to));
    return g.node("Slice", bounds, h);
  }

  private static String gather(GraphBuilder g, String h, long... channels) {
    return g.node("Gather", CHANNELS, h, g.longs(channels));
  }

  private static String gatheredOnTwoAxes(GraphBuilder g, String h) {
    String indices = g.constant(Tensor.ofLongs(new int[] {2, 3}, new long[] {4, 1, 0, 3, 5, 2}));
    return g.node("Reshape", g.node("Gather", CHANNELS, h, indices), g.longs(0, 6, 6, 6));
  }

  private static String oneAddedToAll(GraphBuilder g, String h) {
    String index = g.constant(Tensor.ofLongs(new int[0], new long[] {2}));
    return g.add(h, g.node("Unsqueeze", g.node("Gather", CHANNELS, h, index), g.longs(1)));
  }

  private static String depthToSpace(GraphBuilder g, String h, String mode) {
    return g.node("DepthToSpace", Map.of("blocksize", TWO, "mode", new Attribute.Text(mode)), h);
  }

  private static String spreadGate(GraphBuilder g, String h) {
    return g.node("Expand", g.node("GlobalAveragePool", h), g.longs(1, 1, 6, 6));
  }

  private static Stream<OperatorCase> normalisations() {
    return Stream.of(
        of("GroupNormalization", 21, 6, 6, (g, h) -> groupNorm(g, h, 6), "2(3)"),
        of("GroupNormalization", 18, 6, 6, (g, h) -> groupNorm(g, h, 2), "2(3)"),
        of(
            "InstanceNormalization",
            17,
            5,
            5,
            (g, h) -> g.node("InstanceNormalization", h, g.positive(5), g.weight(1, 5)),
            "5"),
        of(
            "LayerNormalization",
            17,
            5,
            5,
            (g, h) -> overChannels(g, h, "LayerNormalization", g.positive(5), g.weight(1, 5)),
            "5"),
        of(
            "LayerNormalization",
            17,
            5,
            5,
            (g, h) ->
                g.node(
                    "LayerNormalization",
                    Map.of("axis", new Attribute.Int(-3)),
                    h,
                    g.weight(1, 5, 6, 6)),
            "5"),
        of(
            "RMSNormalization",
            23,
            5,
            5,
            (g, h) -> overChannels(g, h, "RMSNormalization", g.positive(5)),
            "5"),
        of(
            "SimplifiedLayerNormalization",
            17,
            5,
            5,
            (g, h) -> overChannels(g, h, "SimplifiedLayerNormalization", g.positive(5)),
            "5"),
        of("LpNormalization", 17, 5, 5, (g, h) -> g.node("LpNormalization", CHANNELS, h), "5"),
        of(
            "MeanVarianceNormalization",
            17,
            5,
            5,
            (g, h) -> g.node("MeanVarianceNormalization", h),
            "5"),
        of(
            "MeanVarianceNormalization",
            17,
            5,
            5,
            (g, h) -> g.node("MeanVarianceNormalization", Map.of("axes", ints(-3, 2)), h),
            "5"),
        of("com.microsoft::SkipLayerNormalization", 17, 5, 5, OperatorCases::skipNorm, "5"),
        of(
            "com.microsoft::SkipSimplifiedLayerNormalization",
            17,
            5,
            5,
            OperatorCases::skipRmsNorm,
            "5"));
  }

  private static String groupNorm(GraphBuilder g, String h, int parameters) {
    return g.node(
        "GroupNormalization",
        Map.of("num_groups", TWO),
        h,
        g.positive(parameters),
        g.weight(1, parameters));
  }

  private static String overChannels(GraphBuilder g, String h, String op, String... parameters) {
    String[] in =
        Stream.concat(Stream.of(tokens(g, h, 5)), Stream.of(parameters)).toArray(String[]::new);
    return image(g, g.node(op, in), 5);
  }

  private static String skipNorm(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    List<String> both =
        g.nodes(
            "com.microsoft",
            "SkipLayerNormalization",
            Map.of(),
            1,
            t,
            g.node("Tanh", t),
            g.positive(5),
            g.weight(1, 5),
            g.weight(1, 5));
    return image(g, both.get(0), 5);
  }

  private static String skipRmsNorm(GraphBuilder g, String h) {
    String t = tokens(g, h, 5);
    String normal =
        g.nodes(
                "com.microsoft",
                "SkipSimplifiedLayerNormalization",
                Map.of(),
                1,
                t,
                g.node("Tanh", t),
                g.positive(5))
            .get(0);
    return image(g, normal, 5);
  }

  // Every hidden unit has a row in each gate, and each direction units of its own.
  private static Stream<OperatorCase> recurrent() {
    return Stream.of("LSTM", "GRU", "RNN", "ConstantOfShape")
        .map(
            op -> {
              String cell = op.equals("ConstantOfShape") ? "LSTM" : op;
              return of(
                  op, 17, 5, 7, (g, h) -> oneDirection(g, h, cell, !cell.equals(op)), "5", "7");
            });
  }

  /** Over the 36 positions, 5 features in, 7 hidden units; perhaps with a first state of zeros. */
  private static String oneDirection(GraphBuilder g, String h, String op, boolean zeros) {
    int gates = op.equals("LSTM") ? 4 : op.equals("GRU") ? 3 : 1;
    String steps = transposed(g, g.node("Reshape", h, g.longs(0, 5, 36)), 2, 0, 1);
    String[] in = {
      steps,
      g.weight(0.4, 1, 7 * gates, 5),
      g.weight(0.4, 1, 7 * gates, 7),
      g.weight(0.4, 1, 14 * gates),
      "",
      zeros ? zeroState(g) : ""
    };
    String all = g.node(op, Map.of("hidden_size", new Attribute.Int(7)), in);
    String last = g.node("Squeeze", all, g.longs(1));
    return g.node("Reshape", transposed(g, last, 1, 2, 0), g.longs(0, 7, 6, 6));
  }

  /** [directions, batch, hidden], as PyTorch's exporter makes it where the batch is free. */
  private static String zeroState(GraphBuilder g) {
    String batch = g.node("Slice", g.node("Shape", "x"), g.longs(0), g.longs(1), g.longs(0));
    return g.node(
        "ConstantOfShape",
        Map.of("value", new Attribute.Value(Tensor.ofFloats(new int[] {1}, new float[] {0.1f}))),
        g.node("Concat", Map.of("axis", NONE), g.longs(1), batch, g.longs(7)));
  }

  private static Stream<OperatorCase> spatial() {
    String none = "";
    return Stream.of(
        // Each channel is scaled by its neighbours.
        of("LRN", 17, 5, 5, (g, h) -> g.node("LRN", Map.of("size", new Attribute.Int(3)), h)),
        of("Resize", 17, 5, 5, (g, h) -> g.node("Resize", h, none, floats(g, 1, 1, 2, 1.5f)), "5"),
        of(
            "Resize",
            17,
            5,
            5,
            (g, h) -> g.node("Resize", h, none, none, batchAnd(g, 5, 4, 9)),
            "5"),
        of("Resize", 10, 5, 5, (g, h) -> g.node("Resize", h, floats(g, 1, 1, 2, 2)), "5"),
        of("Upsample", 9, 5, 5, (g, h) -> g.node("Upsample", h, floats(g, 1, 1, 2, 2)), "5"),
        of("CenterCropPad", 18, 5, 5, OperatorCases::croppedAndPadded, "5"),
        of("CumSum", 17, 5, 5, (g, h) -> g.node("CumSum", h, g.longs(-2)), "5"),
        of("Trilu", 17, 5, 5, (g, h) -> g.node("Trilu", h), "5"),
        of("GridSample", 17, 5, 5, (g, h) -> g.node("GridSample", h, grid(g)), "5"),
        of("RoiAlign", 17, 5, 5, OperatorCases::aligned, "5"),
        of("MaxRoiPool", 17, 5, 5, OperatorCases::pooledRegion, "5"),
        of("TopK", 17, 5, 5, OperatorCases::top, "5"),
        of("Hardmax", 17, 5, 5, (g, h) -> g.node("Hardmax", h), "5"),
        of("ArgMax", 17, 5, 5, (g, h) -> placed(g, h, extreme(g, h, "ArgMax", ONE)), "5"),
        of("ArgMin", 17, 5, 5, (g, h) -> placed(g, h, lessAxis(g, h)), "5"),
        of("ReverseSequence", 17, 5, 5, OperatorCases::reversed, "5"));
  }

  private static String floats(GraphBuilder g, float... values) {
    return g.constant(Tensor.ofFloats(new int[] {values.length}, values));
  }

  /** A shape with the batch of the input. */
  private static String batchAnd(GraphBuilder g, long... others) {
    String batch = g.node("Slice", g.node("Shape", "x"), g.longs(0), g.longs(1), g.longs(0));
    return g.node("Concat", Map.of("axis", NONE), batch, g.longs(others));
  }

  private static String croppedAndPadded(GraphBuilder g, String h) {
    return g.node("CenterCropPad", Map.of("axes", ints(2, -1)), h, g.longs(4, 8));
  }

  /** [batch, 6, 6, 2] of the input's first two channels. */
  private static String grid(GraphBuilder g) {
    String two = g.node("Slice", "x", g.longs(0), g.longs(2), g.longs(1));
    return transposed(g, g.node("Tanh", two), 0, 2, 3, 1);
  }

  private static String aligned(GraphBuilder g, String h) {
    String box = g.constant(Tensor.ofFloats(new int[] {1, 4}, new float[] {1, 0.5f, 4, 3}));
    Map<String, Attribute> size = Map.of("output_height", TWO, "output_width", TWO);
    return g.node("RoiAlign", size, h, box, g.longs(0));
  }

  private static String pooledRegion(GraphBuilder g, String h) {
    String box = g.constant(Tensor.ofFloats(new int[] {1, 5}, new float[] {0, 1, 0, 4, 3}));
    return g.node("MaxRoiPool", Map.of("pooled_shape", ints(2, 2)), h, box);
  }

  private static String top(GraphBuilder g, String h) {
    Map<String, Attribute> rows = Map.of("axis", TWO);
    List<String> both = g.nodes("", "TopK", rows, 2, h, g.longs(3));
    return g.add(both.get(0), g.node("Cast", Map.of("to", FLOAT), both.get(1)));
  }

  private static String extreme(GraphBuilder g, String h, String op, Attribute keep) {
    return g.node(op, Map.of("axis", new Attribute.Int(-1), "keepdims", keep), h);
  }

  private static String lessAxis(GraphBuilder g, String h) {
    return g.node("Unsqueeze", extreme(g, h, "ArgMin", NONE), g.longs(3));
  }

  private static String placed(GraphBuilder g, String h, String at) {
    return g.add(h, g.node("Cast", Map.of("to", FLOAT), at));
  }

  private static String reversed(GraphBuilder g, String h) {
    String first = transposed(g, h, 2, 3, 0, 1);
    return transposed(g, g.node("ReverseSequence", first, g.longs(1, 2, 3, 4, 5, 6)), 2, 3, 0, 1);
  }

  private static Stream<OperatorCase> indexed() {
    return Stream.of(
        of("GatherElements", 17, 5, 5, OperatorCases::largestOfEachColumn, "5"),
        of("ScatterElements", 17, 5, 5, (g, h) -> scattered(g, h, "ScatterElements"), "5"),
        of("Scatter", 9, 5, 5, (g, h) -> scattered(g, h, "Scatter"), "5"),
        of("GatherND", 17, 5, 5, OperatorCases::gatheredPositions, "5"),
        of("ScatterND", 17, 5, 5, OperatorCases::scatteredPositions, "5"),
        of("OneHot", 17, 5, 5, OperatorCases::oneHot, "5"));
  }

  private static String largestRow(GraphBuilder g, String h) {
    return g.node("ArgMax", Map.of("axis", TWO), h);
  }

  private static String largestOfEachColumn(GraphBuilder g, String h) {
    return g.node("GatherElements", Map.of("axis", TWO), h, largestRow(g, h));
  }

  private static String scattered(GraphBuilder g, String h, String op) {
    Map<String, Attribute> axis = new LinkedHashMap<>(Map.of("axes", ints(2)));
    String updates = g.node("ReduceMax", axis, g.node("Neg", h));
    return g.node(op, Map.of("axis", TWO), h, largestRow(g, h), updates);
  }

  /** Four positions of each image: [batch, 4, 5]. */
  private static String gatheredPositions(GraphBuilder g, String h) {
    String at =
        g.constant(Tensor.ofLongs(new int[] {1, 4, 2}, new long[] {0, 1, 2, 2, 5, 0, 3, -1}));
    String indices = g.node("Expand", at, batchAnd(g, 4, 2));
    String picked =
        g.node("GatherND", Map.of("batch_dims", ONE), transposed(g, h, 0, 2, 3, 1), indices);
    return g.node("Reshape", transposed(g, picked, 0, 2, 1), g.longs(0, 5, 2, 2));
  }

  /** At two positions of all images something else. */
  private static String scatteredPositions(GraphBuilder g, String h) {
    String at = g.constant(Tensor.ofLongs(new int[] {2, 2}, new long[] {0, 1, 2, 2}));
    String mean = g.node("Unsqueeze", g.pooled(h), g.longs(0));
    String updates = g.node("Concat", Map.of("axis", NONE), mean, g.node("Neg", mean));
    String changed = g.node("ScatterND", transposed(g, h, 2, 3, 0, 1), at, updates);
    return transposed(g, changed, 2, 3, 0, 1);
  }

  private static String oneHot(GraphBuilder g, String h) {
    String largest = extreme(g, h, "ArgMax", NONE);
    String depth = g.constant(Tensor.ofLongs(new int[] {1}, new long[] {6}));
    return g.node("OneHot", largest, depth, floats(g, -1, 2));
  }
}
