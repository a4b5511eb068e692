package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import io.github.pleas.network.StoredPrecision;
import io.github.pleas.onnx.DetachedModel;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Graphs whose weights are handed over one by one, as those of large ones are. */
class DetachedWeightsTest {
  private static Graph graph(Precision precision) {
    GraphBuilder g = new GraphBuilder(5);
    String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 32, 3));
    h = g.relu(g.batchNorm(g.conv(h, 32, 32, 3), 32));
    return StoredPrecision.of(g.build(g.gemm(g.pooled(h), 32, 20)), precision);
  }

  private static float[] run(Runner session, String output) {
    try (NativeBuffer in = NativeBuffer.ofFloats(2 * 192);
        NativeBuffer out = NativeBuffer.ofFloats(40)) {
      FloatBuffer images = in.floats();
      for (int i = 0; i < 2 * 192; i++) {
        images.put(i, (float) Math.sin(i));
      }
      session.run(
          Map.of("x", new Session.FloatArray(images, new int[] {2, 3, 8, 8})),
          Map.of(output, new Session.FloatArray(out.floats(), new int[] {2, 20})));
      float[] values = new float[40];
      out.floats().get(values);
      return values;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
  void theyComputeTheSame(Precision precision) {
    Graph graph = graph(precision);
    DetachedModel model = DetachedModel.of(graph, 0);
    // Both kernels of the convolutions and the matrix; vectors stay, they are small.
    assertThat(model.weights()).hasSize(3);
    assertThat(model.bytes().length).isLessThan(4_000);
    OrtRuntime detaching = Runs.RUNTIME.detachingAbove(0);
    String output = graph.outputs().get(0).name();
    float[] expected;
    try (Session whole = Runs.RUNTIME.open(graph);
        Session detached = detaching.open(graph)) {
      expected = run(whole, output);
      System.gc(); // what the session would still need of ours
      assertThat(run(detached, output)).isEqualTo(expected);
    }
    try (HostCard card = new HostCard(0);
        Runner bound = detaching.open(graph, card)) {
      System.gc();
      assertThat(run(bound, output)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT16"})
  void everyValueIsSeenAsBefore(Precision precision) {
    Graph graph = graph(precision);
    Function<OrtRuntime, Observation> observe =
        runtime -> {
          try (NativeBuffer in = NativeBuffer.ofFloats(192);
              ObservedGraph observed = new ObservedGraph(runtime, graph)) {
            FloatBuffer images = in.floats();
            for (int i = 0; i < 192; i++) {
              images.put(i, (float) Math.cos(i));
            }
            return observed.run(
                Map.of("x", new Session.FloatArray(images, new int[] {1, 3, 8, 8})), any -> true);
          }
        };
    Observation expected = observe.apply(Runs.RUNTIME);
    Observation found = observe.apply(Runs.RUNTIME.detachingAbove(0));
    assertThat(found.contents()).isEqualTo(expected.contents()).hasSizeGreaterThan(5);
    assertThat(found.types()).isEqualTo(expected.types());
  }

  /** A runtime drops such weights before it is handed them, and then refuses them. */
  @Test
  void weightsThatNothingReadsDoNoHarm() {
    GraphBuilder g = new GraphBuilder(6);
    g.weight(1, 64, 64);
    String x = g.input("x", 64, 64);
    g.node("Add", x, g.weight(1, 64, 64)); // whose result nothing reads
    String given = g.weight(1, 64, 64);
    Graph graph = g.build(g.add(x, g.weight(1, 64, 64)));
    List<ValueInfo> outputs = new ArrayList<>(graph.outputs());
    outputs.add(new ValueInfo(given, ElementType.FLOAT, List.of()));
    Graph all = graph.withOutputs(outputs);
    OrtRuntime detaching = Runs.RUNTIME.detachingAbove(0);
    try (Session session = detaching.open(all);
        ObservedGraph observed = new ObservedGraph(detaching, all);
        HostCard card = new HostCard(0);
        Runner bound = detaching.open(all, card)) {
      assertThat(session.outputs()).contains(given);
    }
  }
}
