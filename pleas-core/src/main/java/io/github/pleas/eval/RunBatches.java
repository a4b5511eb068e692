package io.github.pleas.eval;

import io.github.pleas.runtime.Beside;
import io.github.pleas.runtime.Frontier;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Outputs of a network that runs when they are asked for: nothing but a batch is kept, however
 * large.
 *
 * @param run the network, which others close
 * @param feed the images
 * @param beside where it runs while something else is done, if it does
 */
record RunBatches(BatchRun run, Frontier.Feed feed, Optional<Beside> beside)
    implements OutputBatches {
  @Override
  public int capacity() {
    return run.capacity();
  }

  @Override
  public Map<String, FloatBuffer> of(int first, int count) {
    return run.run(first, count, feed);
  }

  @Override
  public Supplier<Map<String, FloatBuffer>> begin(int first, int count) {
    if (beside.isEmpty()) {
      return OutputBatches.super.begin(first, count);
    }
    Future<Map<String, FloatBuffer>> begun = beside.get().begin(() -> of(first, count));
    return () -> Beside.await(begun);
  }

  @Override
  public void close() {}
}
