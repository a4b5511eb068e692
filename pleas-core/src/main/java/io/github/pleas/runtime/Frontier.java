package io.github.pleas.runtime;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * A network computed from one fitted layer to the next, for all images: keeps the tensors that
 * nodes still to come need (the frontier), so that each operator runs once for each image, whatever
 * the number of stops. Values that are no single-precision tensors are not kept but computed again
 * where they are read.
 */
public final class Frontier implements AutoCloseable {
  /** Fills the inputs of a batch. */
  @FunctionalInterface
  public interface Feed {
    /**
     * Writes what {@code count} samples from {@code first} on have for an input into a buffer, from
     * its position, and advances it. Networks of one input need not look at its name.
     */
    void copyTo(String input, int first, int count, java.nio.FloatBuffer target);
  }

  private final OrtRuntime runtime;
  private final Graph graph;
  private final Function<String, ValueShape> shapes;
  private final Optional<CardMemory> card;
  private final LiveValues live;
  private final Chunks chunks;
  private final List<Node> undone;
  private final Set<Node> repeated = new HashSet<>();

  /**
   * A frontier at the network's inputs.
   *
   * @param runtime where to run
   * @param graph the network; its constants are those of nodes that are run before others are given
   * @param shapes the shape of each value
   * @param store where live tensors are kept that the device they are computed on has no room for
   * @param chunks how images are batched
   * @param feed the images
   */
  public Frontier(
      OrtRuntime runtime,
      Graph graph,
      Function<String, ValueShape> shapes,
      TensorStore store,
      Chunks chunks,
      Feed feed) {
    this(runtime, graph, shapes, store, chunks, feed, runtime.openCardMemory());
  }

  /**
   * The same with memory of the device's own.
   *
   * @param card closed with this, and if this fails
   */
  public Frontier(
      OrtRuntime runtime,
      Graph graph,
      Function<String, ValueShape> shapes,
      TensorStore store,
      Chunks chunks,
      Feed feed,
      Optional<CardMemory> card) {
    this.runtime = runtime;
    this.graph = graph;
    this.shapes = shapes;
    this.card = card;
    this.live = new LiveValues(store, card);
    this.chunks = chunks;
    this.undone = new ArrayList<>(graph.nodes());
    boolean complete = false;
    try {
      graph.inputs().forEach(input -> store(input.name(), feed));
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private void store(String input, Feed feed) {
    live.begin(input);
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      LiveValues.OnHost batch = live.onHost(shape(input, chunk));
      java.nio.FloatBuffer floats = batch.buffer().floats();
      feed.copyTo(input, chunks.start(chunk), chunks.images(chunk), floats);
      while (floats.hasRemaining()) {
        floats.put(0);
      }
      live.add(input, batch);
    }
  }

  /**
   * Computes some values for all images, and forgets every value that no node to come needs and
   * that is not among them.
   *
   * @param wanted the values
   * @param constants the constants of all nodes on the way
   */
  public void advance(Set<String> wanted, Map<String, Tensor> constants) {
    advance(wanted, constants, Optional.empty());
  }

  /**
   * The same, with a tap on some of the values.
   *
   * @param tap what it reads is among the wanted values; its nodes run with those on the way
   */
  public void advance(Set<String> wanted, Map<String, Tensor> constants, Tap tap) {
    advance(wanted, constants, Optional.of(tap));
  }

  private void advance(Set<String> wanted, Map<String, Tensor> constants, Optional<Tap> tap) {
    Set<String> known = new HashSet<>(live.names());
    known.addAll(constants.keySet());
    List<Node> segment = Subgraph.needed(undone, known, wanted);
    if (segment.isEmpty()) {
      tap.ifPresent(t -> run(segment, Set.of(), constants, tap));
    } else {
      Set<String> unstored = unstored(segment, constants);
      Set<Node> done = new HashSet<>(segment);
      List<Node> later = undone.stream().filter(node -> !done.contains(node)).toList();
      List<Node> again = UnstoredValues.makers(segment, unstored, later);
      repeated.addAll(again);
      again.forEach(done::remove);
      undone.removeAll(done);
      Set<String> outputs = outputsOf(segment, wanted);
      outputs.removeAll(unstored);
      run(segment, outputs, constants, tap);
    }
    Set<String> needed = forgetRepeated(wanted);
    for (String value : live.names()) {
      if (!needed.contains(value)) {
        live.forget(value);
      }
    }
  }

  private Set<String> unstored(List<Node> segment, Map<String, Tensor> constants) {
    Set<String> all = new LinkedHashSet<>();
    segment.forEach(node -> all.addAll(node.outputs()));
    all.remove("");
    return new UnstoredValues(runtime).of(Subgraph.of(graph, segment, constants, all, shapes));
  }

  /** What nodes to come need; those among them that only ran for others that are done go. */
  private Set<String> forgetRepeated(Set<String> wanted) {
    Set<String> needed = new HashSet<>(wanted);
    for (int i = undone.size() - 1; i >= 0; i--) {
      Node node = undone.get(i);
      if (repeated.contains(node) && node.outputs().stream().noneMatch(needed::contains)) {
        undone.remove(i);
      } else {
        needed.addAll(Subgraphs.reads(node));
      }
    }
    return needed;
  }

  private Set<String> outputsOf(List<Node> segment, Set<String> wanted) {
    Set<String> needed = new HashSet<>(wanted);
    undone.forEach(node -> needed.addAll(Subgraphs.reads(node)));
    Set<String> outputs = new LinkedHashSet<>();
    for (Node node : segment) {
      node.outputs().stream().filter(needed::contains).forEach(outputs::add);
    }
    return outputs;
  }

  private void run(
      List<Node> segment, Set<String> outputs, Map<String, Tensor> constants, Optional<Tap> tap) {
    Graph own = Subgraph.of(graph, segment, constants, outputs, shapes);
    card.ifPresent(memory -> tap.ifPresent(t -> t.useCard(memory)));
    Graph part = tap.map(t -> Subgraph.tapped(own, t, shapes)).orElse(own);
    outputs.forEach(live::begin);
    // One run at a time: on a GPU, runs of one session at once have hung for good. What a tap needs
    // for a batch is got ready during the one before, and what it made taken during the one after.
    try (Runner session = open(part);
        Beside beside = new Beside()) {
      Optional<Future<Tap.Batch>> next = tap.map(t -> beside.begin(() -> t.open(0)));
      List<Future<?>> taken = new ArrayList<>();
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        Optional<Tap.Batch> tapped = next.map(Beside::await);
        int following = chunk + 1;
        next =
            following < chunks.count()
                ? tap.map(t -> beside.begin(() -> t.open(following)))
                : Optional.empty();
        try (FrontierBatch batch = batch(part, outputs, chunk, tapped)) {
          batch.run(session);
          for (String output : outputs) {
            live.add(output, batch.take(output));
          }
        }
        tapped.ifPresent(t -> taken.add(beside.begin(() -> take(t))));
      }
      taken.forEach(Beside::await);
    }
  }

  private static Tap.Batch take(Tap.Batch batch) {
    batch.take();
    return batch;
  }

  private Runner open(Graph part) {
    return card.isPresent() ? runtime.open(part, card.get()) : runtime.open(part);
  }

  /** A batch of a part, its inputs open and its outputs allocated. */
  private FrontierBatch batch(
      Graph part, Set<String> outputs, int chunk, Optional<Tap.Batch> tapped) {
    FrontierBatch batch = new FrontierBatch(tapped);
    boolean complete = false;
    try {
      for (ValueInfo input : part.inputs()) {
        String name = input.name();
        if (live.has(name)) {
          batch.give(name, live.batch(name, chunk).open(shape(name, chunk)));
        }
      }
      for (String output : outputs) {
        batch.make(output, live.allocate(shape(output, chunk)));
      }
      complete = true;
      return batch;
    } finally {
      if (!complete) {
        batch.close();
      }
    }
  }

  /**
   * Whether some values can be advanced to: they are on the frontier, or nodes to come compute
   * them. Others were forgotten, since no node to come needed them, or nothing computes them.
   */
  public boolean reaches(Set<String> values) {
    Set<String> known = new HashSet<>(live.names());
    undone.forEach(node -> known.addAll(node.outputs()));
    return known.containsAll(values);
  }

  /** Whether some values are on the frontier. */
  public boolean holds(Set<String> values) {
    return live.names().containsAll(values);
  }

  /** Opens a live value of one batch for reading. */
  public TensorStore.Reading read(String value, int chunk) {
    return live.read(value, chunk);
  }

  public Chunks chunks() {
    return chunks;
  }

  private int[] shape(String value, int chunk) {
    return shapes.apply(value).forBatch(chunks.batch(chunk));
  }

  @Override
  public void close() {
    live.close();
  }
}
