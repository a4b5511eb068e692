package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.PleasException;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import java.nio.FloatBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs by ONNX Runtime's C interface, the processor's memory in the part of a card's. */
class CardSessionTest {
  private final GraphBuilder g = new GraphBuilder(1);
  private final HostCard card = new HostCard(1 << 20);

  private static Session.FloatArray array(NativeBuffer buffer, int... shape) {
    return new Session.FloatArray(buffer.floats(), shape);
  }

  private CardArray onCard(int... shape) {
    long bytes = 4;
    for (int dimension : shape) {
      bytes *= dimension;
    }
    return CardArray.floats(card.allocate(bytes).orElseThrow(), shape);
  }

  private float[] read(CardArray array) {
    try (NativeBuffer copy = new NativeBuffer(array.block().bytes())) {
      card.copy(array.block(), copy.bytes());
      float[] values = new float[copy.floats().remaining()];
      copy.floats().get(values);
      return values;
    }
  }

  @Test
  void whatOneRunLeavesOnTheCardTheNextReads() {
    Graph negated = g.build(g.node("Neg", g.input("x", 3)));
    try (card;
        Runner session = Runs.RUNTIME.open(negated, card);
        NativeBuffer in = NativeBuffer.ofFloats(6);
        NativeBuffer out = NativeBuffer.ofFloats(6)) {
      in.floats().put(new float[] {1, 2, 3, 4, 5, 6});
      CardArray between = onCard(2, 3);
      session.run(Map.of("x", array(in, 2, 3)), Map.of("neg_0", between));
      assertThat(read(between)).containsExactly(-1, -2, -3, -4, -5, -6);
      session.run(Map.of("x", between), Map.of("neg_0", array(out, 2, 3)));
      float[] found = new float[6];
      out.floats().get(found);
      assertThat(found).containsExactly(1, 2, 3, 4, 5, 6);
      CardArray again = onCard(2, 3);
      session.run(Map.of("x", between), Map.of("neg_0", again));
      assertThat(read(again)).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  @Test
  void numbersBecomeWhatTheGraphDeclares() {
    String sum =
        g.node(
            "Cast",
            Map.of("to", new Attribute.Int(1)),
            g.node("Add", g.input("ids", 3), g.input("more", 3)));
    Graph graph = g.build(sum);
    graph =
        graph.withInputs(
            graph.inputs().stream()
                .map(i -> new ValueInfo(i.name(), ElementType.INT64, i.shape()))
                .toList());
    try (card;
        Runner session = Runs.RUNTIME.open(graph, card);
        NativeBuffer ids = NativeBuffer.ofFloats(3)) {
      ids.floats().put(new float[] {7, 8, 9});
      CardArray out = onCard(1, 3);
      Session.FloatArray heap =
          new Session.FloatArray(FloatBuffer.wrap(new float[] {1, 1, 2}), new int[] {1, 3});
      session.run(Map.of("ids", array(ids, 1, 3), "more", heap), Map.of(sum, out));
      assertThat(read(out)).containsExactly(8, 9, 11);
    }
  }

  @Test
  void refusalsSayWhatOnnxRuntimeSays() {
    Graph negated = g.build(g.node("Neg", g.input("x", 3)));
    try (card;
        Runner session = Runs.RUNTIME.open(negated, card);
        NativeBuffer in = NativeBuffer.ofFloats(6)) {
      CardArray out = onCard(2, 3);
      assertThatThrownBy(() -> session.run(Map.of("y", array(in, 2, 3)), Map.of("neg_0", out)))
          .isInstanceOf(PleasException.class)
          .hasMessageContaining("running the network failed: ")
          .hasMessageContaining("y");
      assertThatThrownBy(() -> session.run(Map.of("x", array(in, 1, 6)), Map.of("neg_0", out)))
          .isInstanceOf(PleasException.class);
      assertThatThrownBy(() -> session.run(Map.of("x", array(in, 3, 3)), Map.of("neg_0", out)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'x' of shape [3, 3] needs 9 numbers, found 6");
      assertThatThrownBy(() -> CardArray.floats(out.block(), new int[] {2, 4}))
          .hasMessageContaining("8 numbers in a block of 24 bytes");
      session.run(Map.of("x", array(in, 2, 3)), Map.of("neg_0", out));
    }
    Graph unknown = g.build(g.node("NoSuchOperator", g.input("z", 3)));
    assertThatThrownBy(() -> Runs.RUNTIME.open(unknown, card))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("ONNX Runtime does not load graph '")
        .hasMessageContaining("NoSuchOperator");
  }

  @Test
  void arraysOnACardAreNotForOtherSessions() {
    Graph negated = g.build(g.node("Neg", g.input("x", 3)));
    try (card;
        Session session = Runs.RUNTIME.open(negated)) {
      CardArray array = onCard(2, 3);
      assertThatThrownBy(() -> session.run(Map.of("x", array), Map.of("neg_0", array)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not in the processor's memory");
    }
  }
}
