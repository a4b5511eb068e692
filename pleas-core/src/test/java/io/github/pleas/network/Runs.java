package io.github.pleas.network;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.Observation;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Reads and runs small graphs for tests. */
public final class Runs {
  public static final OrtRuntime RUNTIME = new OrtRuntime(1);

  private Runs() {}

  public static Network read(Graph graph) {
    return new NetworkReader(RUNTIME, Optional.empty()).of(graph, "test");
  }

  /** The outputs of a graph, in order, on normal random numbers. */
  public static List<Tensor> outputs(Graph graph, long seed, int... shape) {
    List<String> names = graph.outputs().stream().map(ValueInfo::name).toList();
    try (NativeBuffer buffer = NativeBuffer.ofFloats(Tensor.count(shape))) {
      FloatBuffer floats = buffer.floats();
      Random random = new Random(seed);
      while (floats.hasRemaining()) {
        floats.put((float) random.nextGaussian());
      }
      Session.FloatArray input = new Session.FloatArray(floats.flip(), shape);
      Map<String, Tensor> found =
          Observation.of(
                  RUNTIME, graph, Map.of(graph.inputs().get(0).name(), input), names::contains)
              .contents();
      return names.stream().map(name -> requireNonNull(found.get(name), name)).toList();
    }
  }

  /** Both graphs give the same outputs, in order, to a part of the largest number. */
  public static void assertSameOutputs(Graph expected, Graph found, double relative, int... shape) {
    List<Tensor> first = outputs(expected, 7, shape);
    List<Tensor> second = outputs(found, 7, shape);
    assertThat(second).hasSameSizeAs(first);
    for (int i = 0; i < first.size(); i++) {
      assertClose(second.get(i), first.get(i), relative);
    }
  }

  public static void assertClose(Tensor found, Tensor expected, double relative) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    double largest = 0;
    for (float value : expected.floats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).as("the outputs say something").isPositive();
    for (int e = 0; e < expected.size(); e++) {
      assertThat((double) found.floats()[e])
          .as("element %d", e)
          .isCloseTo(expected.floats()[e], org.assertj.core.data.Offset.offset(relative * largest));
    }
  }
}
