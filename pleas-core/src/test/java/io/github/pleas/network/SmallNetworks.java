package io.github.pleas.network;

import io.github.pleas.onnx.Graph;
import io.github.pleas.runtime.OrtRuntime;
import java.util.Map;
import java.util.Optional;

/**
 * Small networks of the architectures that merging must handle, with random weights: one for each
 * way in which units are tied. The same seed gives the same weights. Input 3 x 8 x 8, five classes.
 */
public enum SmallNetworks {
  /** Convolutions with BatchNormalization and pooling. */
  CONVOLUTIONAL {
    @Override
    String body(GraphBuilder g, String x) {
      String h = g.relu(g.batchNorm(g.conv(x, 3, 6, 3), 6));
      String pooled =
          g.node(
              "MaxPool",
              Map.of("kernel_shape", GraphBuilder.ints(2, 2), "strides", GraphBuilder.ints(2, 2)),
              h);
      String deep = g.relu(g.batchNorm(g.conv(pooled, 6, 8, 3), 8));
      return g.gemm(g.pooled(deep), 8, CLASSES);
    }
  },
  /** Residual blocks, one with a strided shortcut convolution. */
  RESIDUAL {
    @Override
    String body(GraphBuilder g, String x) {
      String stem = g.relu(g.batchNorm(g.conv(x, 3, 6, 3), 6));
      String inner = g.relu(g.conv(stem, 6, 5, 3));
      String first = g.relu(g.add(g.batchNorm(g.conv(inner, 5, 6, 3), 6), stem));
      String middle = g.relu(g.conv(first, 6, 7, 3, 2, 1));
      String main = g.conv(middle, 7, 8, 3);
      String second = g.relu(g.add(main, g.conv(first, 6, 8, 1, 2, 1)));
      return g.gemm(g.pooled(second), 8, CLASSES);
    }
  },
  /** Fully connected layers on flattened images. */
  PERCEPTRON {
    @Override
    String body(GraphBuilder g, String x) {
      String h = g.relu(g.gemm(g.node("Flatten", x), 3 * 8 * 8, 12));
      return g.gemm(g.relu(g.gemm(h, 12, 9)), 9, CLASSES);
    }
  },
  /** Channels and space flattened into the classifier. */
  VGG {
    @Override
    String body(GraphBuilder g, String x) {
      String h = g.relu(g.conv(x, 3, 5, 3, 2, 1));
      String deep = g.relu(g.conv(h, 5, 6, 3, 2, 1));
      return g.gemm(g.relu(g.gemm(g.node("Flatten", deep), 6 * 2 * 2, 10)), 10, CLASSES);
    }
  },
  /** Inverted residuals: expansion, depthwise convolution, projection without an activation. */
  INVERTED_RESIDUAL {
    @Override
    String body(GraphBuilder g, String x) {
      String stem = g.relu(g.conv(x, 3, 5, 3));
      String wide = g.relu(g.conv(stem, 5, 9, 1));
      String depthwise = g.relu(g.batchNorm(g.conv(wide, 9, 9, 3, 1, 9), 9));
      String block = g.add(stem, g.conv(depthwise, 9, 5, 1));
      String last = g.relu(g.conv(block, 5, 8, 1));
      return g.gemm(g.pooled(last), 8, CLASSES);
    }
  },
  /** Features of several layers side by side. */
  DENSE {
    @Override
    String body(GraphBuilder g, String x) {
      Map<String, io.github.pleas.onnx.Attribute> channels =
          Map.of("axis", new io.github.pleas.onnx.Attribute.Int(1));
      String stem = g.relu(g.conv(x, 3, 5, 3));
      String two = g.node("Concat", channels, stem, g.relu(g.conv(stem, 5, 4, 3)));
      String three = g.node("Concat", channels, two, g.relu(g.conv(two, 9, 4, 3)));
      return g.gemm(g.pooled(g.relu(g.conv(three, 13, 8, 1))), 8, CLASSES);
    }
  },
  /** BatchNormalization before the activation and the convolution, so that it stands alone. */
  PRE_ACTIVATION {
    @Override
    String body(GraphBuilder g, String x) {
      String stem = g.conv(x, 3, 6, 3);
      String inner = g.conv(g.relu(g.batchNorm(stem, 6)), 6, 5, 3);
      String block = g.add(stem, g.conv(g.relu(inner), 5, 6, 3));
      return g.gemm(g.pooled(g.relu(g.batchNorm(block, 6))), 6, CLASSES);
    }
  },
  /** Linear layers written as MatMul and Add. */
  TOKENS {
    @Override
    String body(GraphBuilder g, String x) {
      String h = g.relu(g.matMul(g.node("Flatten", x), 3 * 8 * 8, 12));
      return g.matMul(g.relu(g.matMul(h, 12, 9)), 9, CLASSES);
    }
  };

  public static final int CLASSES = 5;

  abstract String body(GraphBuilder g, String x);

  /** The graph with weights from a seed. */
  public Graph graph(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    return g.build(body(g, g.input("x", 3, 8, 8)));
  }

  /** The network with weights from a seed. */
  public Network network(long seed) {
    return read(graph(seed));
  }

  /** A graph as the rest of the tool sees it. */
  public static Network read(Graph graph) {
    return new NetworkReader(new OrtRuntime(1), Optional.empty()).of(graph, "test network");
  }
}
