package io.github.pleas.runtime;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
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

  private final Function<String, ValueShape> shapes;
  private final Optional<CardMemory> card;
  private final LiveValues live;
  private final Chunks chunks;
  private final Route route;
  private final Parts parts;

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
    this.shapes = shapes;
    this.card = card;
    this.live = new LiveValues(store, card);
    this.chunks = chunks;
    this.route = new Route(runtime, graph, shapes);
    this.parts = new Parts(runtime, card);
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
    advance(wanted, constants, Optional.empty(), Optional.empty());
  }

  /**
   * The same, with a tap on some of the values.
   *
   * @param tap what it reads is among the wanted values; its nodes run with those on the way
   */
  public void advance(Set<String> wanted, Map<String, Tensor> constants, Tap tap) {
    advance(wanted, constants, Optional.of(tap), Optional.empty());
  }

  /**
   * The same, with a tap or without one.
   *
   * @param next where it goes on to after this, if that is known: where graphs run on a card, the
   *     part on the way there is loaded meanwhile, and run once on zeros when this is done. If then
   *     other is asked for, or a constant is not what it was, that part is dropped
   */
  public void advance(
      Set<String> wanted,
      Map<String, Tensor> constants,
      Optional<? extends Tap> tap,
      Optional<NextStop> next) {
    Route.Stretch stretch = route.advance(live.names(), wanted, constants, LateConstants.NONE);
    Runnable ahead = () -> next.ifPresent(stop -> prepare(stop, stretch, constants));
    if (!stretch.nodes().isEmpty() || tap.isPresent()) {
      run(stretch, constants, tap, ahead);
    } else {
      ahead.run();
    }
    for (String value : live.names()) {
      if (!stretch.needed().contains(value)) {
        live.forget(value);
      }
    }
    parts.warmUp();
  }

  /** Whether it makes use of knowing where it goes on to. */
  public boolean looksAhead() {
    return parts.areAhead();
  }

  /** Begins to load the part from the end of a stretch to the next stop. */
  private void prepare(NextStop stop, Route.Stretch before, Map<String, Tensor> constants) {
    if (!parts.areAhead()) {
      return;
    }
    Set<String> there = new HashSet<>(live.names());
    there.addAll(before.outputs());
    there.retainAll(before.needed());
    Route copy = route.copy();
    Map<String, Tensor> known = Map.copyOf(constants);
    parts.prepare(() -> plan(stop, copy, there, known));
  }

  private Optional<Parts.Planned> plan(
      NextStop stop, Route route, Set<String> there, Map<String, Tensor> constants) {
    LateConstants late = new LateConstants(stop.late());
    Route.Stretch stretch = route.advance(there, stop.wanted(), constants, late);
    if (stretch.nodes().isEmpty() && stop.tap().isEmpty()) {
      return Optional.empty();
    }
    Graph part = route.part(stretch.nodes(), stretch.outputs(), constants, late, stop.tap());
    Optional<WarmUpRun> first = WarmUpRun.of(part, stop, value -> shape(value, 0));
    return Optional.of(new Parts.Planned(part, late.readBy(part), first));
  }

  private void run(
      Route.Stretch stretch,
      Map<String, Tensor> constants,
      Optional<? extends Tap> tap,
      Runnable ahead) {
    // One run at a time; and what the card has room for must not depend on one that goes on beside.
    parts.rest();
    card.ifPresent(memory -> tap.ifPresent(t -> t.useCard(memory)));
    Set<String> outputs = stretch.outputs();
    Graph whole = route.part(stretch.nodes(), outputs, constants, LateConstants.NONE, tap);
    outputs.forEach(live::begin);
    Parts.Part part = parts.open(whole);
    try (CardConstants late = new CardConstants(part.late().of(whole), card)) {
      ahead.run();
      run(part.session(), whole, outputs, late.arrays(), tap);
    } finally {
      parts.close(part);
    }
  }

  private void run(
      Runner session,
      Graph part,
      Set<String> outputs,
      Map<String, RunArray> late,
      Optional<? extends Tap> tap) {
    // One run at a time: on a GPU, runs of one session at once have hung for good. What a tap needs
    // for a batch is got ready during the one before, and what it made taken during the one after.
    try (Beside beside = new Beside()) {
      Optional<Future<Tap.Batch>> next = tap.map(t -> beside.begin(() -> t.open(0)));
      List<Future<?>> taken = new ArrayList<>();
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        Optional<Tap.Batch> tapped = next.map(Beside::await);
        int following = chunk + 1;
        next =
            following < chunks.count()
                ? tap.map(t -> beside.begin(() -> t.open(following)))
                : Optional.empty();
        try (FrontierBatch batch = batch(part, outputs, chunk, late, tapped)) {
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

  /** A batch of a part, its inputs open and its outputs allocated. */
  private FrontierBatch batch(
      Graph part,
      Set<String> outputs,
      int chunk,
      Map<String, RunArray> late,
      Optional<Tap.Batch> tapped) {
    FrontierBatch batch = new FrontierBatch(late, tapped);
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
    known.addAll(route.computed());
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

  /** Gives everything back; what was prepared is closed, and no thread goes on. */
  @Override
  public void close() {
    try (live) {
      parts.close();
    }
  }
}
