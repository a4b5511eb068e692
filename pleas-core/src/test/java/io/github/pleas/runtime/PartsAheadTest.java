package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.PleasException;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.onnx.ValueInfo.Dimension;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Parts that are loaded before they are asked for, the processor's memory in the part of a card's.
 */
class PartsAheadTest {
  private static final int IMAGES = 5;
  private static final int CHANNELS = 3;
  private static final Chunks CHUNKS = new Chunks(IMAGES, 2, false);

  /** Inputs of a part of {@link #chain}: what is live, a weight and a bias. */
  private static final int GIVEN = 3;

  private final HostCard card = new HostCard(1 << 22);
  private final TensorStore store = new TensorStore(1 << 22);

  private static void feed(String input, int first, int count, FloatBuffer target) {
    Random random = new Random(first);
    while (target.hasRemaining()) {
      target.put((float) random.nextGaussian());
    }
  }

  private Frontier frontier(Network network, Optional<CardMemory> memory) {
    return new Frontier(
        Runs.RUNTIME, network.graph(), network::shape, store, CHUNKS, PartsAheadTest::feed, memory);
  }

  /** Convolutions in a row, each added to what it reads, and a pooling that has an index, too. */
  private static Network chain(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.input("x", CHANNELS, 6, 6);
    for (int n = 0; n < 6; n++) {
      h = g.relu(g.add(g.conv(h, CHANNELS, CHANNELS, 3), h));
      if (n == 2) {
        Map<String, io.github.pleas.onnx.Attribute> window =
            Map.of("kernel_shape", GraphBuilder.ints(2, 2));
        h = g.node("MaxPool", window, h);
      }
    }
    return Runs.read(g.build(h));
  }

  private static List<String> stops(Network network) {
    return network.graph().nodes().stream()
        .filter(node -> node.is("Relu"))
        .map(Node::output)
        .toList();
  }

  private static ValueInfo info(String name, Tensor tensor) {
    return new ValueInfo(
        name, ElementType.FLOAT, Arrays.stream(tensor.shape()).mapToObj(Dimension::of).toList());
  }

  private static NextStop stop(String wanted, Map<String, Tensor> late) {
    return new NextStop(
        Set.of(wanted), late.entrySet().stream().map(e -> info(e.getKey(), e.getValue())).toList());
  }

  private static Map<String, Tensor> scaled(Map<String, Tensor> constants, double factor) {
    Map<String, Tensor> scaled = new HashMap<>(constants);
    scaled.replaceAll(
        (name, tensor) -> {
          float[] values = tensor.floats().clone();
          for (int i = 0; i < values.length; i++) {
            values[i] *= (float) factor;
          }
          return Tensor.ofFloats(tensor.shape(), values);
        });
    return scaled;
  }

  private static void assertSame(Frontier found, Frontier expected, String value) {
    for (int chunk = 0; chunk < CHUNKS.count(); chunk++) {
      try (TensorStore.Reading one = found.read(value, chunk);
          TensorStore.Reading other = expected.read(value, chunk)) {
        assertThat(one.floats().remaining()).isEqualTo(other.floats().remaining());
        for (int i = 0; i < one.floats().remaining(); i++) {
          // ONNX Runtime arranges weights that it has beforehand by another algorithm's needs.
          assertThat(one.floats().get(i)).isCloseTo(other.floats().get(i), within(1e-5f));
        }
      }
    }
  }

  // As in a fit: what is late has no value at all until the part is asked for.
  @Test
  void aPreparedPartGivesWhatOneDoesThatWasNot() {
    for (long seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      Network network = chain(seed);
      List<String> stops = stops(network);
      try (Frontier prepared = frontier(network, Optional.of(new HostCard(4000 * seed)));
          Frontier roomy = frontier(network, Optional.of(new HostCard(1 << 24)));
          Frontier plain = frontier(network, Optional.of(new HostCard(1 << 24)));
          Frontier onHost = frontier(network, Optional.empty())) {
        Map<String, Tensor> known = new HashMap<>(network.graph().initializers());
        for (int at = 0; at < stops.size(); at++) {
          Map<String, Tensor> late = new HashMap<>(network.graph().initializers());
          late.keySet().removeIf(name -> random.nextInt(3) == 0);
          Map<String, Tensor> early = new HashMap<>(known);
          Optional<NextStop> next =
              at + 1 < stops.size() ? Optional.of(stop(stops.get(at + 1), late)) : Optional.empty();
          Set<String> wanted = Set.of(stops.get(at));
          for (Frontier frontier : List.of(prepared, roomy, onHost)) {
            frontier.advance(wanted, early, Optional.empty(), next);
          }
          plain.advance(wanted, early);
          assertSame(prepared, plain, stops.get(at));
          assertSame(roomy, plain, stops.get(at));
          assertSame(onHost, plain, stops.get(at));
          known.putAll(scaled(late, 1 + 0.1 * random.nextGaussian()));
        }
      }
    }
  }

  @Test
  void lateConstantsAreCopiedToTheCardOnceForAllBatches() {
    Network network = chain(1);
    List<String> stops = stops(network);
    Map<String, Tensor> all = network.graph().initializers();
    try (store;
        Frontier frontier = frontier(network, Optional.of(card))) {
      assertThat(frontier.looksAhead()).isTrue();
      frontier.advance(
          Set.of(stops.get(0)), all, Optional.empty(), Optional.of(stop(stops.get(1), all)));
      assertThat(card.puts()).isZero();
      frontier.advance(Set.of(stops.get(1)), all);
      // A weight and a bias, the one convolution's.
      assertThat(card.puts()).isEqualTo(2);
      // What is live, and nothing more.
      assertThat(card.taken()).isEqualTo(4L * IMAGES * CHANNELS * 6 * 6);
    }
    assertThat(card.taken()).isZero();
  }

  @Test
  void eachPreparedPartIsRunOnceBeforeItIsAskedForAndBesideNoOther() {
    Network network = chain(7);
    List<String> stops = stops(network);
    Map<String, Tensor> all = network.graph().initializers();
    ScratchCard watched = new ScratchCard();
    try (store;
        Frontier frontier = frontier(network, Optional.of(watched))) {
      for (int at = 0; at < stops.size(); at++) {
        Optional<NextStop> next =
            at + 1 < stops.size() ? Optional.of(stop(stops.get(at + 1), all)) : Optional.empty();
        TakingTap tap = new TakingTap(stops.get(at));
        frontier.advance(Set.of(stops.get(at)), all, Optional.of(tap), next);
        if (next.isEmpty()) {
          assertThat(watched.clears()).isEqualTo(GIVEN * (stops.size() - 1));
        }
      }
    }
    assertThat(watched.beside).isZero();
    assertThat(watched.mixed).isFalse();
  }

  /** Says whether memory of a run beside is taken while the frontier's own thread takes some. */
  private static final class ScratchCard extends HostCard {
    private final Thread own = Thread.currentThread();
    private int beside;
    private boolean mixed;

    ScratchCard() {
      super(1 << 24);
    }

    private boolean isBeside() {
      return Thread.currentThread() != own;
    }

    @Override
    public synchronized Optional<Block> allocate(long size) {
      beside += isBeside() ? 1 : 0;
      mixed |= !isBeside() && beside > 0;
      return super.allocate(size);
    }

    @Override
    public void clear(Block block) {
      // Long enough for a thread that does not wait to get on.
      LockSupport.parkNanos(2_000_000);
      super.clear(block);
    }

    @Override
    public synchronized void free(Block block) {
      beside -= isBeside() ? 1 : 0;
      super.free(block);
    }
  }

  // An index that is made of what is late: of zeros it leads out of the table.
  @Test
  void aPartThatFailsOnZerosRunsWhenItIsAskedFor() {
    GraphBuilder g = new GraphBuilder(8);
    String first = g.relu(g.input("x", CHANNELS, 6, 6));
    String late = g.constant(Tensor.ofFloats(new int[] {1}, new float[] {6}));
    String five = g.constant(Tensor.ofFloats(new int[] {1}, new float[] {5}));
    String zero = g.constant(Tensor.ofFloats(new int[] {1}, new float[] {0}));
    Map<String, Attribute> whole = Map.of("to", new Attribute.Int(7));
    String one = g.node("Sub", g.add(late, g.node("Mul", first, zero)), five);
    String index = g.node("Cast", whole, one);
    String second = g.add(first, g.node("Gather", g.weight(1, 3), index));
    Network network = Runs.read(g.build(second));
    Map<String, Tensor> all = network.graph().initializers();
    Map<String, Tensor> own = new HashMap<>(all);
    own.keySet().retainAll(Set.of(late));
    try (store;
        Frontier frontier = frontier(network, Optional.of(card));
        Frontier plain = frontier(network, Optional.empty())) {
      frontier.advance(Set.of(first), all, Optional.empty(), Optional.of(stop(second, own)));
      frontier.advance(Set.of(second), all);
      assertThat(card.clears()).isEqualTo(2);
      assertThat(card.puts()).isEqualTo(1);
      plain.advance(Set.of(second), all);
      assertSame(frontier, plain, second);
    }
  }

  @Test
  void aPreparedPartThatIsNotAskedForDoesNotRun() {
    Network network = chain(2);
    List<String> stops = stops(network);
    Map<String, Tensor> all = network.graph().initializers();
    try (store;
        Frontier frontier = frontier(network, Optional.of(card));
        Frontier plain = frontier(network, Optional.empty())) {
      // Other values than were expected.
      frontier.advance(
          Set.of(stops.get(0)), all, Optional.empty(), Optional.of(stop(stops.get(2), all)));
      frontier.advance(
          Set.of(stops.get(1)), all, Optional.empty(), Optional.of(stop(stops.get(2), Map.of())));
      assertThat(card.puts()).isZero();
      // A constant that should not have changed did.
      Map<String, Tensor> changed = scaled(all, 0.5);
      frontier.advance(
          Set.of(stops.get(2)),
          changed,
          Optional.empty(),
          Optional.of(
              new NextStop(
                  Set.of(stops.get(3)),
                  all.keySet().stream()
                      .map(name -> new ValueInfo(name, ElementType.FLOAT, List.of(Dimension.of(2))))
                      .toList())));
      // What was late is of another shape than was said: that part was refused already.
      frontier.advance(Set.of(stops.get(3)), changed);
      assertThat(card.puts()).isZero();
      plain.advance(Set.of(stops.get(0)), all);
      plain.advance(Set.of(stops.get(1)), all);
      plain.advance(Set.of(stops.get(3), stops.get(2)), changed);
      assertSame(frontier, plain, stops.get(3));
    }
  }

  @Test
  void aPartThatIsRefusedFailsWhereItIsAskedForAndNotBefore() {
    GraphBuilder g = new GraphBuilder(3);
    String first = g.relu(g.input("x", CHANNELS, 6, 6));
    String second = g.node("NoSuchOperator", first);
    String other = g.node("Neg", first);
    Graph graph = g.build(second, other);
    ValueShape shape = new ValueShape(new int[] {1, CHANNELS, 6, 6}, 0);
    for (boolean asked : List.of(true, false)) {
      try (Frontier frontier =
          new Frontier(
              Runs.RUNTIME,
              graph,
              name -> shape,
              store,
              CHUNKS,
              PartsAheadTest::feed,
              Optional.of(new HostCard(1 << 20)))) {
        frontier.advance(
            Set.of(first), Map.of(), Optional.empty(), Optional.of(stop(second, Map.of())));
        frontier.read(first, 0).close();
        if (asked) {
          assertThatThrownBy(() -> frontier.advance(Set.of(second), Map.of()))
              .isInstanceOf(PleasException.class)
              .hasMessageContaining("NoSuchOperator");
        } else {
          frontier.advance(Set.of(other), Map.of());
          frontier.read(other, 0).close();
        }
      }
    }
  }

  @Test
  void whatIsPreparedIsClosedWithTheFrontierAndNoThreadGoesOn() {
    Network network = chain(4);
    List<String> stops = stops(network);
    Map<String, Tensor> all = network.graph().initializers();
    Set<Thread> before = beside();
    try (store;
        Frontier frontier = frontier(network, Optional.of(card))) {
      frontier.advance(
          Set.of(stops.get(0)), all, Optional.empty(), Optional.of(stop(stops.get(1), all)));
    }
    assertThat(card.taken()).isZero();
    assertThat(beside()).isSubsetOf(before);
  }

  @Test
  void aRunThatFailsLeavesNothingOfWhatWasPrepared() {
    Network network = chain(5);
    List<String> stops = stops(network);
    Map<String, Tensor> all = network.graph().initializers();
    Set<Thread> before = beside();
    try (store;
        Frontier frontier = frontier(network, Optional.of(card))) {
      frontier.advance(
          Set.of(stops.get(0)), all, Optional.empty(), Optional.of(stop(stops.get(1), all)));
      assertThatThrownBy(
              () ->
                  frontier.advance(
                      Set.of(stops.get(1)),
                      all,
                      Optional.of(new FailingTap(stops.get(1))),
                      Optional.of(stop(stops.get(2), all))))
          .isInstanceOf(PleasException.class)
          .hasMessage("no batch");
      // The part that was asked for was run before; the one after it never.
      assertThat(card.clears()).isEqualTo(GIVEN);
    }
    assertThat(card.clears()).isEqualTo(GIVEN);
    assertThat(card.taken()).isZero();
    assertThat(beside()).isSubsetOf(before);
  }

  private static Set<Thread> beside() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("pleas-beside"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** One without nodes. */
  private interface EmptyTap extends Tap {
    String value();

    @Override
    default List<String> values() {
      return List.of(value());
    }

    @Override
    default List<Node> nodes() {
      return List.of();
    }

    @Override
    default Map<String, Tensor> constants() {
      return Map.of();
    }

    @Override
    default List<ValueInfo> inputs() {
      return List.of();
    }

    @Override
    default List<ValueInfo> outputs() {
      return List.of();
    }
  }

  /** One that has nothing ready for a batch. */
  private record FailingTap(String value) implements EmptyTap {
    @Override
    public Batch open(int chunk) {
      throw new PleasException("no batch");
    }
  }

  /** One that takes memory of the card, and gives it back at once. */
  private record TakingTap(String value) implements EmptyTap {
    @Override
    public void useCard(CardMemory card) {
      card.free(card.allocate(8).orElseThrow());
    }

    @Override
    public Batch open(int chunk) {
      return new Batch() {
        @Override
        public Map<String, RunArray> given() {
          return Map.of();
        }

        @Override
        public Map<String, RunArray> made() {
          return Map.of();
        }

        @Override
        public void take() {
          // It made nothing.
        }
      };
    }
  }

  @Test
  void aPartIsTheSameOnlyIfAllButWhatIsLateIs() {
    Network network = chain(6);
    Graph whole = network.graph();
    String name = requireNonNull(whole.initializers().keySet().iterator().next());
    Tensor tensor = requireNonNull(whole.initializers().get(name));
    LateConstants late = new LateConstants(List.of(info(name, tensor)));
    Graph part = late.asInputs(whole);
    assertThat(part.initializers()).doesNotContainKey(name);
    assertThat(late.isSame(part, whole)).isTrue();
    assertThat(late.of(whole)).isEqualTo(Map.of(name, tensor));
    Map<String, Tensor> others = new HashMap<>(scaled(whole.initializers(), 2));
    assertThat(late.isSame(part, whole.withInitializers(others))).isFalse();
    others = new HashMap<>(whole.initializers());
    others.put(name, scaled(Map.of(name, tensor), 3).get(name));
    assertThat(late.isSame(part, whole.withInitializers(others))).isTrue();
    others.put(name, Tensor.ofFloats(new int[] {1}, new float[1]));
    assertThat(late.isSame(part, whole.withInitializers(others))).isFalse();
    others.remove(name);
    assertThat(late.isSame(part, whole.withInitializers(others))).isFalse();
    assertThat(late.isSame(part, whole.withOutputs(List.of()))).isFalse();
    assertThat(late.isSame(part, whole.withNodes(whole.nodes().subList(1, 3)))).isFalse();
    assertThat(late.isSame(part, whole.withInputs(List.of()))).isFalse();
  }
}
