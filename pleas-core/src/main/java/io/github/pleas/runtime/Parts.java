package io.github.pleas.runtime;

import io.github.pleas.PleasException;
import io.github.pleas.onnx.Graph;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Opens and closes the parts of a network, one after another. Where they run on a card, the next
 * one is loaded on a thread beside while the one before runs, and that one is closed there: no more
 * than two are loaded at any time. Its first run is made there, too ({@link WarmUpRun}), when the
 * one before has had its last. Used by one thread.
 */
final class Parts implements AutoCloseable {
  private final OrtRuntime runtime;
  private final Optional<CardMemory> card;
  private final Beside beside = new Beside();
  private final Deque<Future<?>> closing = new ArrayDeque<>();
  private Optional<Future<Optional<Ahead>>> ahead = Optional.empty();

  /**
   * No parts yet.
   *
   * @param card where they run, if that is not the processor
   */
  Parts(OrtRuntime runtime, Optional<CardMemory> card) {
    this.runtime = runtime;
    this.card = card;
  }

  /**
   * A part to be loaded before all its constants are known.
   *
   * @param graph with those that are late as inputs
   * @param first the run that it is made ready by, if there is one
   */
  record Planned(Graph graph, LateConstants late, Optional<WarmUpRun> first) {}

  private record Ahead(Planned plan, Runner session) {}

  /**
   * A loaded part, to be closed where it was opened.
   *
   * @param late constants that each run is given as inputs
   */
  record Part(Runner session, LateConstants late) {}

  /** Whether parts are loaded before they are asked for. */
  boolean areAhead() {
    return card.isPresent();
  }

  /**
   * Begins to load a part that will be asked for next, perhaps.
   *
   * @param plan gives it, if there is one; asked on the thread beside
   */
  void prepare(Supplier<Optional<Planned>> plan) {
    drop();
    CardMemory memory = card.orElseThrow();
    ahead =
        Optional.of(
            beside.begin(() -> plan.get().map(p -> new Ahead(p, runtime.open(p.graph(), memory)))));
  }

  /**
   * Begins to run what is prepared, if anything is, once. To be called when nothing else runs on
   * the card or is about to before {@link #rest}.
   */
  void warmUp() {
    ahead = ahead.map(begun -> beside.begin(() -> loaded(begun).map(this::warmedUp)));
  }

  private Ahead warmedUp(Ahead loaded) {
    boolean complete = false;
    try {
      loaded.plan().first().ifPresent(run -> run.run(loaded.session(), card.orElseThrow()));
      complete = true;
    } catch (PleasException failed) {
      // It is not asked for, and was not given what it will be given. If it fails then, it says so.
      complete = true;
    } finally {
      if (!complete) {
        loaded.session().close();
      }
    }
    return loaded;
  }

  /** Waits until what was begun neither runs on the card nor takes memory of it. */
  void rest() {
    ahead.ifPresent(Parts::loaded);
  }

  /**
   * Opens a part: that which was prepared, if it is this one.
   *
   * @param graph with all its constants
   */
  Part open(Graph graph) {
    Optional<Ahead> prepared = ahead.flatMap(Parts::loaded);
    ahead = Optional.empty();
    if (prepared.isPresent()) {
      Part part = new Part(prepared.get().session(), prepared.get().plan().late());
      if (part.late().isSame(prepared.get().plan().graph(), graph)) {
        return part;
      }
      close(part);
    }
    settle();
    return new Part(
        card.isPresent() ? runtime.open(graph, card.get()) : runtime.open(graph),
        LateConstants.NONE);
  }

  /** What was prepared, unless it was refused. */
  private static Optional<Ahead> loaded(Future<Optional<Ahead>> begun) {
    try {
      return Beside.await(begun);
    } catch (PleasException refused) {
      // It is not known to be needed. If it is, it is opened again, and refused by then.
      return Optional.empty();
    }
  }

  /** Closes a part; on a card, beside what comes next. */
  void close(Part part) {
    if (card.isPresent()) {
      closing.add(beside.begin(() -> closed(part.session())));
    } else {
      part.session().close();
    }
  }

  private static Runner closed(Runner session) {
    session.close();
    return session;
  }

  /** Closes what was prepared and is not asked for. */
  private void drop() {
    ahead.ifPresent(
        begun -> closing.add(beside.begin(() -> loaded(begun).map(a -> closed(a.session())))));
    ahead = Optional.empty();
  }

  /** Waits until what is to be closed is; what went wrong there is thrown here. */
  private void settle() {
    while (!closing.isEmpty()) {
      Beside.await(closing.remove());
    }
  }

  /** Closes what was prepared, and waits for all that is beside. */
  @Override
  public void close() {
    drop();
    beside.close();
    settle();
  }
}
