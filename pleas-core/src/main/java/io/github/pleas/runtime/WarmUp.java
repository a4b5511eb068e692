package io.github.pleas.runtime;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.onnx.ValueInfo.Dimension;
import java.util.List;
import java.util.Map;

/** A convolution and a matrix product, each the smallest: they load what all others need. */
final class WarmUp {
  private static final int OPSET = 13;
  private static final int IR_VERSION = 7;

  private WarmUp() {}

  /** Runs them. */
  static void run(OrtRuntime runtime) {
    int[] shape = {1, 1, 1, 1};
    ValueInfo in = info("x");
    ValueInfo out = info("z");
    Graph graph =
        new Graph(
            "warm-up",
            List.of(in),
            List.of(out),
            List.of(node("Conv", "y", "x", "w"), node("MatMul", "z", "y", "w")),
            Map.of("w", Tensor.ofFloats(shape, new float[] {1})),
            Map.of("", OPSET),
            IR_VERSION,
            Map.of());
    try (Session session = runtime.open(graph);
        NativeBuffer x = NativeBuffer.ofFloats(1);
        NativeBuffer z = NativeBuffer.ofFloats(1)) {
      x.floats().put(0, 1);
      session.run(
          Map.of("x", HostArray.floats(x.floats(), shape)),
          Map.of("z", HostArray.floats(z.floats(), shape)));
    }
  }

  private static ValueInfo info(String name) {
    Dimension one = Dimension.of(1);
    return new ValueInfo(name, ElementType.FLOAT, List.of(one, one, one, one));
  }

  private static Node node(String op, String output, String... inputs) {
    return new Node(output, op, "", List.of(inputs), List.of(output), Map.of());
  }
}
