package io.github.pleas.fit;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.NextStop;
import io.github.pleas.runtime.SpreadFeed;
import io.github.pleas.runtime.Tap;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The frontiers that a fit needs: the merged network's, and for the published objective the
 * originals'.
 */
final class Frontiers implements AutoCloseable {
  private final FitContext context;
  private final List<Frontier> all = new ArrayList<>();
  private Optional<Frontier> merged = Optional.empty();
  private Optional<Frontier> a = Optional.empty();
  private Optional<Frontier> b = Optional.empty();

  Frontiers(FitContext context) {
    this.context = context;
  }

  /**
   * Runs the merged network on to some values.
   *
   * @param tap on some of them
   * @param next where it goes on to after this, if that is known
   */
  void advanceMerged(
      Set<String> wanted,
      Map<String, Tensor> constants,
      Optional<Tap> tap,
      Optional<NextStop> next) {
    merged().advance(wanted, constants, tap, next);
  }

  /** The merged network's, at its inputs if it was not used yet. */
  Frontier merged() {
    if (merged.isEmpty()) {
      merged =
          Optional.of(
              opened(
                  new Frontier(
                      context.runtime(),
                      context.merged().graph(),
                      context.merged()::shape,
                      context.store(),
                      context.chunks(),
                      feed(context.merged()::shape))));
    }
    return merged.get();
  }

  void advanceOriginals(Set<String> wanted) {
    if (a.isEmpty()) {
      a = Optional.of(original(context.a()));
      b = Optional.of(original(context.b()));
    }
    a.get().advance(wanted, context.a().graph().initializers());
    b.orElseThrow().advance(wanted, context.b().graph().initializers());
  }

  private Frontier original(Network network) {
    return opened(
        new Frontier(
            context.runtime(),
            network.graph(),
            network::shape,
            context.store(),
            context.chunks(),
            feed(network::shape)));
  }

  private SpreadFeed feed(Function<String, ValueShape> shapes) {
    return new SpreadFeed(context.images(), shapes, context.workers());
  }

  private Frontier opened(Frontier frontier) {
    all.add(frontier);
    return frontier;
  }

  Frontier a() {
    return a.orElseThrow();
  }

  Frontier b() {
    return b.orElseThrow();
  }

  @Override
  public void close() {
    all.forEach(Frontier::close);
  }
}
