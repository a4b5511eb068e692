package io.github.pleas.network;

import static io.github.pleas.network.GraphBuilder.ints;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Networks in the middle of which stands what no rule knows: quantised operators, control flow,
 * operators of ONNX Runtime's own domain. Before it a convolution of {@value #BEFORE} units, which
 * may move, and one of {@value #ENTERING}, whose units enter it; behind it one of {@value #BEHIND}.
 * Input 3 x 8 x 8, three outputs.
 */
public enum ForeignOperators {
  QUANTISED_AND_RESTORED(1, "QuantizeLinear", "DequantizeLinear") {
    @Override
    String middle(GraphBuilder g, String h) {
      return restored(g, quantised(g, h));
    }
  },
  /** What exporters write around each layer; weights are stored as integers. */
  QUANTISED_CONVOLUTION_IN_PARTS(3, "QuantizeLinear", "DequantizeLinear") {
    @Override
    String middle(GraphBuilder g, String h) {
      String weight = g.node("DequantizeLinear", integers(g, 5, 5, 1, 1), step(g), signedZero(g));
      String out = g.node("Conv", restored(g, quantised(g, h)), weight, g.weight(0.1, 5));
      return restored(g, quantised(g, g.relu(out)));
    }
  },
  Q_LINEAR_CONV(1, "QuantizeLinear", "QLinearConv", "DequantizeLinear") {
    @Override
    String middle(GraphBuilder g, String h) {
      String out =
          g.node(
              "QLinearConv",
              quantised(g, h),
              step(g),
              zero(g),
              integers(g, 5, 5, 1, 1),
              step(g),
              signedZero(g),
              step(g),
              zero(g));
      return restored(g, out);
    }
  },
  Q_LINEAR_MAT_MUL(1, "QuantizeLinear", "QLinearMatMul", "DequantizeLinear") {
    @Override
    String middle(GraphBuilder g, String h) {
      String out =
          g.node(
              "QLinearMatMul",
              quantised(g, last(g, h)),
              step(g),
              zero(g),
              integers(g, 5, 5),
              step(g),
              signedZero(g),
              step(g),
              zero(g));
      return first(g, restored(g, out));
    }
  },
  CONV_INTEGER(1, "DynamicQuantizeLinear", "ConvInteger") {
    @Override
    String middle(GraphBuilder g, String h) {
      List<String> q = g.nodes("", "DynamicQuantizeLinear", Map.of(), 3, h);
      return scaled(g, g.node("ConvInteger", q.get(0), integers(g, 5, 5, 1, 1), q.get(2)), q);
    }
  },
  MAT_MUL_INTEGER(1, "DynamicQuantizeLinear", "MatMulInteger") {
    @Override
    String middle(GraphBuilder g, String h) {
      List<String> q = g.nodes("", "DynamicQuantizeLinear", Map.of(), 3, last(g, h));
      return first(g, scaled(g, g.node("MatMulInteger", q.get(0), integers(g, 5, 5), q.get(2)), q));
    }
  },
  /** Both branches read h without listing it. */
  IF(1, "If") {
    @Override
    String middle(GraphBuilder g, String h) {
      String mean = g.node("ReduceMean", Map.of("keepdims", new Attribute.Int(0)), h);
      String condition = g.node("Greater", mean, scalar(g, -1e9f));
      Attribute then =
          subgraph("then_branch", List.of(), List.of("then"), node("Sigmoid", "then", h));
      Attribute otherwise =
          subgraph("else_branch", List.of(), List.of("else"), node("Tanh", "else", h));
      return g.node("If", Map.of("then_branch", then, "else_branch", otherwise), condition);
    }
  },
  /** Three times the state plus h, which the body reads without its being handed in. */
  LOOP(1, "Loop") {
    @Override
    String middle(GraphBuilder g, String h) {
      Attribute body =
          subgraph(
              "body",
              List.of(
                  declared("i", TensorProto.DataType.INT64, 0),
                  declared("go", TensorProto.DataType.BOOL, 0),
                  declared("state", TensorProto.DataType.FLOAT, 4)),
              List.of("on", "next"),
              node("Identity", "on", "go"),
              node("Add", "sum", "state", h),
              node("Tanh", "next", "sum"));
      String times = g.constant(Tensor.ofLongs(new int[0], new long[] {3}));
      String go = g.constant(Tensor.ofBytes(ElementType.BOOL, new int[0], new byte[] {1}));
      return g.node("Loop", Map.of("body", body), times, go, g.node("Sigmoid", h));
    }
  },
  /** Over the positions, [positions, batch, channels]; the body adds what it reads from outside. */
  SCAN(1, "Scan") {
    @Override
    String middle(GraphBuilder g, String h) {
      String rows =
          transposed(g, g.node("Reshape", h, g.longs(0, ENTERING, PLACES * PLACES)), 2, 0, 1);
      String pooled = g.pooled(h);
      Attribute body =
          subgraph(
              "body",
              List.of(
                  declared("state", TensorProto.DataType.FLOAT, 2),
                  declared("row", TensorProto.DataType.FLOAT, 2)),
              List.of("next", "written"),
              node("Add", "sum", "state", "row"),
              node("Add", "more", "sum", pooled),
              node("Tanh", "next", "more"),
              node("Identity", "written", "next"));
      String all =
          g.nodes(
                  "",
                  "Scan",
                  Map.of("body", body, "num_scan_inputs", new Attribute.Int(1)),
                  2,
                  g.node("Sigmoid", pooled),
                  rows)
              .get(1);
      String back = transposed(g, all, 1, 2, 0);
      return g.node("Reshape", back, g.longs(0, ENTERING, PLACES, PLACES));
    }
  },
  FUSED_GEMM(1, "FusedGemm") {
    @Override
    String middle(GraphBuilder g, String h) {
      String rows = g.node("Reshape", last(g, h), g.longs(-1, ENTERING));
      String out =
          g.nodes(
                  RUNTIME,
                  "FusedGemm",
                  Map.of("activation", new Attribute.Text("Relu")),
                  1,
                  rows,
                  g.weight(0.5, 5, 5),
                  g.weight(0.1, 5))
              .get(0);
      return first(g, g.node("Reshape", out, g.longs(-1, PLACES, PLACES, ENTERING)));
    }
  },
  FUSED_CONV(1, "FusedConv") {
    @Override
    String middle(GraphBuilder g, String h) {
      return g.nodes(
              RUNTIME,
              "FusedConv",
              Map.of("activation", new Attribute.Text("Relu")),
              1,
              h,
              g.weight(0.5, 5, 5, 1, 1),
              g.weight(0.1, 5))
          .get(0);
    }
  },
  GELU(0) {
    @Override
    String middle(GraphBuilder g, String h) {
      return g.nodes(RUNTIME, "Gelu", Map.of(), 1, h).get(0);
    }
  },
  BIAS_GELU(0) {
    @Override
    String middle(GraphBuilder g, String h) {
      return first(
          g, g.nodes(RUNTIME, "BiasGelu", Map.of(), 1, last(g, h), g.weight(0.3, 5)).get(0));
    }
  },
  SKIP_LAYER_NORMALIZATION(0) {
    @Override
    String middle(GraphBuilder g, String h) {
      String rows = g.node("Reshape", last(g, h), g.longs(0, PLACES * PLACES, ENTERING));
      String out =
          g.nodes(
                  RUNTIME,
                  "SkipLayerNormalization",
                  // The default is none: where all features are alike, rounding would be all there
                  // is.
                  Map.of("epsilon", new Attribute.Float(1e-3f)),
                  1,
                  rows,
                  g.node("Sigmoid", rows),
                  g.positive(5),
                  g.weight(0.1, 5))
              .get(0);
      return first(g, g.node("Reshape", out, g.longs(0, PLACES, PLACES, ENTERING)));
    }
  };

  public static final int BEFORE = 7;
  public static final int ENTERING = 5;
  public static final int BEHIND = 4;

  private static final String RUNTIME = "com.microsoft";
  private static final int PLACES = 8;

  private final int times;
  private final List<String> unknown;

  /**
   * A kind of network.
   *
   * @param times how often an operator of each kind occurs at most
   * @param unknown the operators without a rule
   */
  ForeignOperators(int times, String... unknown) {
    this.times = times;
    this.unknown = List.of(unknown);
  }

  /** From {@value #ENTERING} channels to as many. */
  abstract String middle(GraphBuilder g, String h);

  /** The operators without a rule; none where the runtime's operator has one. */
  public List<String> unknown() {
    return unknown;
  }

  /** How often an operator without a rule occurs at most. */
  public int times() {
    return times;
  }

  /** A network with weights from a seed. */
  public Graph graph(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String x = g.input("x", 3, PLACES, PLACES);
    String h = g.relu(g.conv(x, 3, BEFORE, 3));
    h = middle(g, g.relu(g.conv(h, BEFORE, ENTERING, 3)));
    h = g.relu(g.conv(h, ENTERING, BEHIND, 3));
    return g.build(g.gemm(g.pooled(h), BEHIND, 3));
  }

  /** [batch, channels, height, width] with the channels last. */
  private static String last(GraphBuilder g, String h) {
    return transposed(g, h, 0, 2, 3, 1);
  }

  private static String first(GraphBuilder g, String h) {
    return transposed(g, h, 0, 3, 1, 2);
  }

  private static String transposed(GraphBuilder g, String h, long... order) {
    return g.node("Transpose", Map.of("perm", ints(order)), h);
  }

  private static String quantised(GraphBuilder g, String h) {
    return g.node("QuantizeLinear", h, step(g), zero(g));
  }

  private static String restored(GraphBuilder g, String h) {
    return g.node("DequantizeLinear", h, step(g), zero(g));
  }

  private static String scaled(GraphBuilder g, String sums, List<String> quantised) {
    String floats = g.node("Cast", Map.of("to", new Attribute.Int(ElementType.FLOAT.code())), sums);
    return g.node("Mul", g.node("Mul", floats, quantised.get(1)), scalar(g, 0.02f));
  }

  private static String step(GraphBuilder g) {
    return scalar(g, 0.02f);
  }

  private static String scalar(GraphBuilder g, float value) {
    return g.constant(Tensor.ofFloats(new int[0], new float[] {value}));
  }

  private static String zero(GraphBuilder g) {
    return g.constant(Tensor.ofBytes(ElementType.UINT8, new int[0], new byte[] {64}));
  }

  private static String signedZero(GraphBuilder g) {
    return g.constant(Tensor.ofBytes(ElementType.INT8, new int[0], new byte[1]));
  }

  /** The same in all networks: what is computed in integers is not merged. */
  private static String integers(GraphBuilder g, int... shape) {
    byte[] values = new byte[(int) Tensor.count(shape)];
    Random random = new Random(4);
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (random.nextInt(80) - 40);
    }
    return g.constant(Tensor.ofBytes(ElementType.INT8, shape, values));
  }

  private static NodeProto node(String op, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .addAllInput(Arrays.asList(inputs))
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto declared(String name, TensorProto.DataType type, int rank) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int axis = 0; axis < rank; axis++) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(name + axis));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }

  private static Attribute subgraph(
      String name, List<ValueInfoProto> inputs, List<String> outputs, NodeProto... nodes) {
    GraphProto.Builder graph =
        GraphProto.newBuilder().setName(name).addAllInput(inputs).addAllNode(Arrays.asList(nodes));
    outputs.forEach(output -> graph.addOutput(ValueInfoProto.newBuilder().setName(output)));
    return new Attribute.Opaque(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.GRAPH)
            .setG(graph)
            .build()
            .toByteString());
  }
}
