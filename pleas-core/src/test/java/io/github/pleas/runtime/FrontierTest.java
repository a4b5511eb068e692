package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class FrontierTest {
  private static final int IMAGES = 7;
  private static final int PIXELS = 3 * 5 * 5;

  /** A random network of residual sums over all that came before. */
  private static Network random(long seed) {
    Random random = new Random(seed);
    GraphBuilder g = new GraphBuilder(seed);
    List<String> values = new ArrayList<>();
    values.add(g.relu(g.conv(g.input("x", 3, 5, 5), 3, 4, 3)));
    for (int n = 0; n < 8; n++) {
      String h = values.get(random.nextInt(values.size()));
      String other = values.get(random.nextInt(values.size()));
      values.add(g.add(other, g.node("Tanh", g.conv(h, 4, 4, 3))));
    }
    return Runs.read(g.build(g.gemm(g.pooled(values.get(8)), 4, 2), values.get(7)));
  }

  private static float pixel(int image, int at) {
    return (float) Math.sin(1 + image * 31 + at * 0.7);
  }

  private static void feed(String input, int first, int count, FloatBuffer target) {
    for (int i = first; i < first + count; i++) {
      for (int at = 0; at < PIXELS; at++) {
        target.put(pixel(i, at));
      }
    }
  }

  /** All values of the network for all images, in one pass of our own. */
  private static Map<String, float[]> whole(Network network) {
    return whole(network, any -> true);
  }

  private static Map<String, float[]> whole(Network network, Predicate<String> wanted) {
    try (NativeBuffer input = NativeBuffer.ofFloats((long) IMAGES * PIXELS)) {
      FloatBuffer floats = input.floats();
      feed("x", 0, IMAGES, floats);
      int[] shape = network.shape("x").forBatch(IMAGES);
      Map<String, float[]> values = new HashMap<>();
      Observation.of(
              Runs.RUNTIME,
              network.graph(),
              Map.of("x", new Session.FloatArray(floats.flip(), shape)),
              wanted)
          .contents()
          .forEach((name, tensor) -> values.put(name, tensor.floats()));
      return values;
    }
  }

  private static Map<String, float[]> floats(Network network) {
    return whole(network, network::isFloat);
  }

  private static void assertOnFrontier(
      Frontier frontier, Network network, String value, float[] expected) {
    int perImage = (int) network.shape(value).elementsPerImage();
    Chunks chunks = frontier.chunks();
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      try (TensorStore.Reading reading = frontier.read(value, chunk)) {
        assertThat(reading.floats().remaining()).isEqualTo(chunks.batch(chunk) * perImage);
        for (int i = 0; i < chunks.images(chunk) * perImage; i++) {
          assertThat(reading.floats().get(i))
              .isCloseTo(
                  expected[chunks.start(chunk) * perImage + i],
                  org.assertj.core.data.Offset.offset(1e-5f));
        }
      }
    }
  }

  @Test
  void anyStopsGiveTheValuesOfOneWholePass() {
    for (long seed = 0; seed < 12; seed++) {
      Network network = random(seed);
      Map<String, float[]> expected = whole(network);
      Random random = new Random(seed);
      long limit = random.nextInt(3) * 2000L;
      Chunks chunks = new Chunks(IMAGES, 1 + random.nextInt(4), random.nextBoolean());
      try (TensorStore store = new TensorStore(limit);
          Frontier frontier =
              new Frontier(
                  Runs.RUNTIME,
                  network.graph(),
                  network::shape,
                  store,
                  chunks,
                  FrontierTest::feed)) {
        List<Node> nodes = network.graph().nodes();
        for (int at = random.nextInt(3); at < nodes.size(); at += 1 + random.nextInt(5)) {
          Set<String> wanted = new HashSet<>(Set.of(nodes.get(at).output()));
          frontier.advance(wanted, network.graph().initializers());
          for (String value : wanted) {
            assertOnFrontier(frontier, network, value, requireNonNull(expected.get(value)));
          }
        }
        assertThat(store.peak()).isLessThanOrEqualTo(limit);
      }
    }
  }

  @Test
  void valuesStayOnACardAsFarAsItHasRoom() {
    int allocated = 0;
    for (long seed = 0; seed < 12; seed++) {
      Network network = random(seed);
      Map<String, float[]> expected = whole(network);
      Random random = new Random(seed);
      Chunks chunks = new Chunks(IMAGES, 1 + random.nextInt(4), random.nextBoolean());
      HostCard card = new HostCard(seed % 3 == 0 ? Long.MAX_VALUE : random.nextInt(9000));
      try (TensorStore store = new TensorStore(2000);
          Frontier frontier =
              new Frontier(
                  Runs.RUNTIME,
                  network.graph(),
                  network::shape,
                  store,
                  chunks,
                  FrontierTest::feed,
                  Optional.of(card))) {
        List<Node> nodes = network.graph().nodes();
        for (int at = random.nextInt(3); at < nodes.size(); at += 1 + random.nextInt(5)) {
          String wanted = nodes.get(at).output();
          frontier.advance(Set.of(wanted), network.graph().initializers());
          int before = card.copies();
          assertOnFrontier(frontier, network, wanted, requireNonNull(expected.get(wanted)));
          if (seed % 3 == 0) {
            assertThat(card.copies() - before).isEqualTo(chunks.count());
            assertOnFrontier(frontier, network, wanted, requireNonNull(expected.get(wanted)));
            assertThat(card.copies() - before).isEqualTo(chunks.count());
          }
        }
        allocated += card.allocated();
        frontier.advance(Set.of(), network.graph().initializers());
      }
      assertThat(card.taken()).isZero();
    }
    assertThat(allocated).isPositive();
  }

  // With other constants in the meantime: what was computed stays, so nothing is computed twice.
  @Test
  void eachNodeRunsOnce() {
    GraphBuilder g = new GraphBuilder(1);
    String first = g.node("Mul", g.input("x", 3, 5, 5), g.weight(1, 1));
    String second = g.node("Mul", first, g.weight(1, 1));
    Network network = Runs.read(g.build(g.add(g.relu(second), first)));
    Chunks chunks = new Chunks(IMAGES, 3, false);
    try (TensorStore store = new TensorStore(1 << 20);
        Frontier frontier =
            new Frontier(
                Runs.RUNTIME, network.graph(), network::shape, store, chunks, FrontierTest::feed)) {
      frontier.advance(Set.of(first), constants(2, 100));
      frontier.advance(Set.of(second), constants(100, 5));
      String sum = network.graph().outputs().get(0).name();
      frontier.advance(Set.of(sum), constants(100, 100));
      try (TensorStore.Reading reading = frontier.read(sum, 0)) {
        float x = pixel(0, 0);
        assertThat(reading.floats().get(0))
            .isEqualTo(Math.max(0, 10 * x) + 2 * x, org.assertj.core.data.Offset.offset(1e-5f));
      }
    }
  }

  private static Map<String, Tensor> constants(float first, float second) {
    return Map.of(
        "c0", Tensor.ofFloats(new int[] {1}, new float[] {first}),
        "c1", Tensor.ofFloats(new int[] {1}, new float[] {second}));
  }

  @Test
  void whatNobodyNeedsIsForgotten() {
    GraphBuilder g = new GraphBuilder(1);
    String x = g.input("x", 3, 5, 5);
    String first = g.relu(x);
    String second = g.node("Tanh", first);
    String third = g.add(g.node("Sigmoid", second), first);
    String last = g.node("Exp", third);
    Network network = Runs.read(g.build(last));
    long each = 4L * IMAGES * PIXELS;
    try (TensorStore store = new TensorStore(1 << 20);
        Frontier frontier =
            new Frontier(
                Runs.RUNTIME,
                network.graph(),
                network::shape,
                store,
                new Chunks(IMAGES, 4, false),
                FrontierTest::feed)) {
      frontier.advance(Set.of(second), Map.of());
      assertForgotten(frontier, x);
      // The first is needed for the sum later.
      frontier.read(first, 0).close();
      assertThat(frontier.reaches(Set.of(second, last))).isTrue();
      assertThat(frontier.holds(Set.of(first, second))).isTrue();
      assertThat(frontier.holds(Set.of(second, third))).isFalse();
      frontier.advance(Set.of(third), Map.of());
      assertForgotten(frontier, first);
      assertForgotten(frontier, second);
      assertThat(frontier.reaches(Set.of(third, last))).isTrue();
      assertThat(frontier.reaches(Set.of(second, last))).isFalse();
      frontier.advance(Set.of(last), Map.of());
      assertForgotten(frontier, third);
      // Never more than an input, two outputs to come, and the sum: four values.
      assertThat(store.peak()).isLessThanOrEqualTo(4 * each);
    }
  }

  private static void assertForgotten(Frontier frontier, String value) {
    assertThatThrownBy(() -> frontier.read(value, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'" + value + "' is not on the frontier");
  }

  // Before, the missing bound of Clip was taken for a value, and for one that Dropout's missing
  // mask gives.
  @Test
  void optionalInputsThatAreLeftOutNeedNothing() {
    Node drop = new Node("d", "Split", "", List.of("x"), List.of("y", ""), Map.of());
    Node clip = new Node("c", "Clip", "", List.of("x", "", "most"), List.of("z"), Map.of());
    assertThat(Subgraph.needed(List.of(drop, clip), Set.of("x", "most"), Set.of("z")))
        .containsExactly(clip);
  }

  @Test
  void aPartIsAskedForWhatItMakesOnly() {
    Network network = random(1);
    Graph graph = network.graph();
    assertThatThrownBy(
            () ->
                Subgraph.of(
                    graph, graph.nodes(), graph.initializers(), List.of("x"), network::shape))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no node of this part computes 'x'");
  }

  @Test
  void aShortLastBatchOfAFixedSizeIsFilledWithZeros() {
    GraphBuilder g = new GraphBuilder(1);
    String out = g.node("Mul", g.input("x", 3, 5, 5), g.weight(1, 1));
    Network network = Runs.read(g.build(out));
    Chunks chunks = new Chunks(5, 4, true);
    assertThat(List.of(chunks.count(), chunks.images(1), chunks.batch(1), chunks.start(1)))
        .containsExactly(2, 1, 4, 4);
    try (TensorStore store = new TensorStore(0);
        Frontier frontier =
            new Frontier(
                Runs.RUNTIME, network.graph(), network::shape, store, chunks, FrontierTest::feed)) {
      frontier.advance(Set.of(out), network.graph().initializers());
      try (TensorStore.Reading reading = frontier.read(out, 1)) {
        assertThat(reading.floats().remaining()).isEqualTo(4 * PIXELS);
        assertThat(reading.floats().get(0)).isNotZero();
        for (int i = PIXELS; i < 4 * PIXELS; i++) {
          assertThat(reading.floats().get(i)).isZero();
        }
      }
    }
  }

  @Test
  void aFullPassGivesWhatAWholeRunGivesForShortBatchesToo() {
    Network network = random(3);
    Map<String, float[]> expected = whole(network);
    Set<String> asked =
        Set.of(network.graph().nodes().get(3).output(), network.graph().outputs().get(0).name());
    try (FullPass pass = new FullPass(Runs.RUNTIME, network.graph(), asked, network::shape, 4);
        BatchInputs input = new BatchInputs(List.of("x"), network::shape, 4)) {
      for (int first = 0; first < IMAGES; first += 4) {
        int count = Math.min(4, IMAGES - first);
        Map<String, FloatBuffer> values =
            pass.run(input.fill(FrontierTest::feed, first, count, count), count);
        assertThat(values.keySet()).isEqualTo(asked);
        for (Map.Entry<String, FloatBuffer> value : values.entrySet()) {
          int perImage = (int) network.shape(value.getKey()).elementsPerImage();
          assertThat(value.getValue().limit()).isEqualTo(count * perImage);
          float[] all = requireNonNull(expected.get(value.getKey()));
          for (int i = 0; i < count * perImage; i++) {
            assertThat(value.getValue().get(i))
                .isCloseTo(all[first * perImage + i], org.assertj.core.data.Offset.offset(1e-5f));
          }
        }
      }
      assertThatThrownBy(() -> pass.run(Map.of(), 5))
          .hasMessageContaining("a batch of 5 where 4 is the most");
    }
  }

  // A mask and an index are made before the first stop and read after it, and after the second.
  @Test
  void valuesThatAreNoNumbersAreComputedWhereTheyAreRead() {
    GraphBuilder g = new GraphBuilder(6);
    String x = g.input("x", 3, 5, 5);
    String h = g.conv(x, 3, 4, 3);
    String mask = g.node("Not", g.node("Greater", h, g.weight(1, 1)));
    String number = g.constant(Tensor.ofLongs(new int[0], new long[] {7}));
    String whole =
        g.node("Cast", Map.of("to", new Attribute.Int(7)), g.node("Mul", h, g.weight(9, 1)));
    String index = g.node("Mod", whole, number);
    String first = g.conv(g.node("Where", mask, h, g.weight(1, 1)), 4, 4, 3);
    String second = g.conv(g.node("Where", mask, first, h), 4, 4, 3);
    String table = g.weight(1, 7);
    String out = g.add(second, g.node("Gather", table, index));
    Network network = Runs.read(g.build(g.node("Where", mask, out, first)));
    assertThat(network.isFloat(mask)).isFalse();
    assertThat(network.isFloat(index)).isFalse();
    assertThat(network.isFloat(h)).isTrue();
    Map<String, float[]> expected = floats(network);
    try (TensorStore store = new TensorStore(1 << 20);
        Frontier frontier =
            new Frontier(
                Runs.RUNTIME,
                network.graph(),
                network::shape,
                store,
                new Chunks(IMAGES, 3, false),
                FrontierTest::feed)) {
      String last = network.graph().outputs().get(0).name();
      for (String value : List.of(h, first, second, out, last)) {
        frontier.advance(Set.of(value), network.graph().initializers());
        assertOnFrontier(frontier, network, value, requireNonNull(expected.get(value)));
      }
      assertThatThrownBy(() -> frontier.read(h, 0)).hasMessageContaining("not on the frontier");
    }
  }
}
