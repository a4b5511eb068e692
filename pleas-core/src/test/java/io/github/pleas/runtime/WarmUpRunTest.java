package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.PleasException;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.onnx.ValueInfo.Dimension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A part's run on zeros, the processor's memory in the part of a card's. */
class WarmUpRunTest {
  private static final int BATCH = 4;
  private static final ValueInfo PLACES =
      new ValueInfo("places", ElementType.INT64, List.of(Dimension.free("rows")));
  private static final ValueInfo GATHERED =
      new ValueInfo(
          "gathered", ElementType.FLOAT, List.of(Dimension.free("rows"), Dimension.of(3)));
  private static final ValueInfo LATE =
      new ValueInfo("late", ElementType.FLOAT, List.of(Dimension.of(3)));

  /** Of [batch, 3] values: input, output; three numbers that are late; and 7 rows of the tap's. */
  private static final long BYTES = 4 * (3 * BATCH + 3 * BATCH + 3 + 3 * 7) + 8 * 7;

  private final Graph part;

  WarmUpRunTest() {
    GraphBuilder g = new GraphBuilder(1);
    Graph own = g.build(g.node("Mul", g.input("x", 3), "late"));
    List<Node> nodes = new ArrayList<>(own.nodes());
    nodes.addAll(new RowsTap().nodes());
    this.part =
        own.withInputs(List.of(own.inputs().get(0), LATE, PLACES))
            .withOutputs(List.of(own.outputs().get(0), GATHERED))
            .withNodes(nodes);
  }

  /** Rows of the product at some places. */
  private static final class RowsTap implements TapGraph {
    @Override
    public List<String> values() {
      return List.of("mul_0");
    }

    @Override
    public List<Node> nodes() {
      List<String> read = List.of("mul_0", "places");
      return List.of(new Node("g", "Gather", "", read, List.of("gathered"), Map.of()));
    }

    @Override
    public Map<String, Tensor> constants() {
      return Map.of();
    }

    @Override
    public List<ValueInfo> inputs() {
      return List.of(PLACES);
    }

    @Override
    public List<ValueInfo> outputs() {
      return List.of(GATHERED);
    }
  }

  private Optional<WarmUpRun> run(Map<String, Integer> lengths) {
    NextStop stop =
        new NextStop(Set.of("mul_0"), Optional.of(new RowsTap()), List.of(LATE), lengths);
    return WarmUpRun.of(part, stop, value -> new int[] {BATCH, 3});
  }

  /** Takes what a session would be given. */
  private static final class Recorder implements Runner {
    private final HostCard card;
    private int runs;

    Recorder(HostCard card) {
      this.card = card;
    }

    @Override
    public void run(
        Map<String, ? extends RunArray> inputs, Map<String, ? extends RunArray> outputs) {
      runs++;
      assertThat(inputs.keySet()).isEqualTo(Set.of("x", "late", "places"));
      assertThat(outputs.keySet()).isEqualTo(Set.of("mul_0", "gathered"));
      assertThat(requireNonNull(inputs.get("x")).shape()).containsExactly(BATCH, 3);
      assertThat(requireNonNull(inputs.get("late")).shape()).containsExactly(3);
      assertThat(requireNonNull(inputs.get("places")).shape()).containsExactly(7);
      assertThat(requireNonNull(outputs.get("mul_0")).shape()).containsExactly(BATCH, 3);
      assertThat(requireNonNull(outputs.get("gathered")).shape()).containsExactly(7, 3);
      for (RunArray array : inputs.values()) {
        CardArray there = (CardArray) array;
        try (NativeBuffer copy = new NativeBuffer(there.block().bytes())) {
          card.copy(there.block(), copy.bytes());
          byte[] bytes = new byte[copy.bytes().remaining()];
          copy.bytes().get(bytes);
          assertThat(bytes).containsOnly(0);
        }
      }
      assertThat(card.taken()).isEqualTo(BYTES);
    }

    @Override
    public void close() {
      throw new IllegalStateException("it is its owner's to close");
    }
  }

  @Test
  void itTakesZerosOfTheFirstBatchsShapesAndGivesAllMemoryBack() {
    try (HostCard card = new HostCard(BYTES);
        Runner session = Runs.RUNTIME.open(part, card)) {
      WarmUpRun run = run(Map.of("rows", 7)).orElseThrow();
      Recorder recorder = new Recorder(card);
      run.run(recorder, card);
      assertThat(recorder.runs).isEqualTo(1);
      assertThat(card.taken()).isZero();
      run.run(session, card);
      assertThat(card.taken()).isZero();
    }
  }

  @Test
  void withoutRoomForAllOfItNothingRuns() {
    for (long room = 0; room < BYTES; room += 4) {
      try (HostCard card = new HostCard(room)) {
        Recorder recorder = new Recorder(card);
        run(Map.of("rows", 7)).orElseThrow().run(recorder, card);
        assertThat(recorder.runs).isZero();
        assertThat(card.taken()).isZero();
      }
    }
  }

  @Test
  void whereALengthIsNotKnownThereIsNone() {
    assertThat(run(Map.of())).isEmpty();
    assertThat(run(Map.of("columns", 7))).isEmpty();
  }

  @Test
  void aRunThatFailsSaysSoAndGivesAllMemoryBack() {
    try (HostCard card = new HostCard(BYTES);
        Runner session =
            Runs.RUNTIME.open(
                part.withInputs(part.inputs().subList(0, 2))
                    .withNodes(part.nodes().subList(0, 1))
                    .withOutputs(part.outputs().subList(0, 1)),
                card)) {
      WarmUpRun run = run(Map.of("rows", 7)).orElseThrow();
      assertThatThrownBy(() -> run.run(session, card)).isInstanceOf(PleasException.class);
      assertThat(card.taken()).isZero();
    }
  }
}
