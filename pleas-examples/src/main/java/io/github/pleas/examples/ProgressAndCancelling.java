package io.github.pleas.examples;

import io.github.pleas.api.NetworkMerge;
import io.github.pleas.merge.MergeCancelledException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Shows how far a merge is, and ends it when it takes too long. Arguments: A, B, images of both, a
 * file, seconds.
 */
public final class ProgressAndCancelling {
  private ProgressAndCancelling() {}

  // snippet: progress and cancelling
  public static void main(String[] args) {
    AtomicBoolean late = new AtomicBoolean();
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    clock.schedule(() -> late.set(true), Long.parseLong(args[5]), TimeUnit.SECONDS);
    NetworkMerge merge =
        NetworkMerge.builder(Path.of(args[0]), Path.of(args[1]))
            .data(Path.of(args[2]), Path.of(args[3]))
            .separateLabels("birds", "pets")
            .listener(
                (stage, done, total) ->
                    System.out.printf("%s: %d of %d%n", stage.label(), done, total))
            .cancelWhen(late::get) // interrupting the thread that merges does the same
            .build();
    try {
      merge.run().write(Path.of(args[4]));
    } catch (MergeCancelledException e) {
      System.out.println("took too long; nothing was written");
    } finally {
      clock.shutdownNow();
    }
  }
  // end
}
