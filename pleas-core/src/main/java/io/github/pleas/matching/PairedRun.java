package io.github.pleas.matching;

import io.github.pleas.runtime.Beside;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * Both originals run batch by batch, on a GPU one batch ahead of who looks at what they compute.
 */
final class PairedRun implements AutoCloseable {
  /** What both computed of a batch. */
  record Both(OriginalRun.Ran a, OriginalRun.Ran b) {}

  private final OriginalRun a;
  private final OriginalRun b;
  private final PairedInputs inputs;
  private final RowSamples rows;
  private final Chunks chunks;
  private final Workers workers;
  private final List<Beside> threads = new ArrayList<>();
  private Optional<Future<Both>> begun = Optional.empty();
  private int next;

  /**
   * Before the first batch.
   *
   * @param ahead whether a batch is run while the one before is looked at: then what two batches
   *     computed must stay where it is
   */
  PairedRun(
      OriginalRun a,
      OriginalRun b,
      PairedInputs inputs,
      RowSamples rows,
      Chunks chunks,
      boolean ahead,
      Workers workers) {
    this.a = a;
    this.b = b;
    this.inputs = inputs;
    this.rows = rows;
    this.chunks = chunks;
    this.workers = workers;
    if (ahead) {
      // One of them makes batches, the other runs B beside A, since each waits for its copies.
      threads.add(new Beside());
      threads.add(new Beside());
      begin();
    }
  }

  private void begin() {
    int chunk = next++;
    begun =
        chunk < chunks.count()
            ? Optional.of(threads.get(0).begin(() -> run(chunk)))
            : Optional.empty();
  }

  /** The next batch. */
  Both next() {
    if (threads.isEmpty()) {
      return run(next++);
    }
    Both both = Beside.await(begun.orElseThrow());
    begin();
    return both;
  }

  private Both run(int chunk) {
    rows.choose(chunks.start(chunk), chunks.images(chunk), workers);
    List<Map<String, Session.FloatArray>> batch = inputs.fill(chunks, chunk);
    int size = chunks.batch(chunk);
    if (threads.isEmpty()) {
      OriginalRun.Ran ofA = a.run(batch.get(0), size);
      return new Both(ofA, b.run(batch.get(1), size));
    }
    Future<OriginalRun.Ran> ofB = threads.get(1).begin(() -> b.run(batch.get(1), size));
    OriginalRun.Ran ofA = a.run(batch.get(0), size);
    return new Both(ofA, Beside.await(ofB));
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    threads.forEach(Beside::close);
  }
}
