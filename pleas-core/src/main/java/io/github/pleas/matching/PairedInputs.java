package io.github.pleas.matching;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.network.OriginalFeeds;
import io.github.pleas.runtime.BatchInputs;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.Session;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What both originals read, batch by batch: the same, or each its own. */
final class PairedInputs implements AutoCloseable {
  private final Calibration images;
  private final Optional<OriginalFeeds> own;
  private final BatchInputs first;
  private final Optional<BatchInputs> second;

  /**
   * Memory for batches.
   *
   * @param memory where it is taken from
   * @throws InvalidInputException if the networks have vocabularies of their own, and the samples
   *     do not
   */
  PairedInputs(Network a, Calibration images, int batch, HostMemory memory) {
    this.images = images;
    this.own = images.originals();
    if (own.isEmpty() && !a.ownRows().isEmpty()) {
      throw new InvalidInputException(
          "%s and the other network have vocabularies of their own, and the samples are of one; give texts, with both tokenizers"
              .formatted(a.source()));
    }
    this.first = new BatchInputs(a.inputNames(), a::shape, batch, memory);
    boolean done = false;
    try {
      this.second = own.map(any -> new BatchInputs(a.inputNames(), a::shape, batch, memory));
      done = true;
    } finally {
      if (!done) {
        first.close();
      }
    }
  }

  /** A's inputs of a batch, and B's; valid until the next batch. */
  List<Map<String, Session.FloatArray>> fill(Chunks chunks, int chunk) {
    int start = chunks.start(chunk);
    int count = chunks.images(chunk);
    int batch = chunks.batch(chunk);
    if (own.isEmpty()) {
      Map<String, Session.FloatArray> both = first.fill(images, start, count, batch);
      return List.of(both, both);
    }
    return List.of(
        first.fill(own.get().a(), start, count, batch),
        second.orElseThrow().fill(own.get().b(), start, count, batch));
  }

  @Override
  public void close() {
    first.close();
    second.ifPresent(BatchInputs::close);
  }
}
