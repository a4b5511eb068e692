package io.github.pleas.examples;

import io.github.pleas.api.NetworkMerge;
import io.github.pleas.merge.MergeCancelledException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Shows how far a merge is, and ends it when it takes too long. Arguments: A, B, images of both, a
 * file, seconds.
 */
public final class ProgressAndCancelling {
  private ProgressAndCancelling() {}

  // snippet: progress and cancelling
  public static void main(String[] args) {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[5]));
    NetworkMerge merge =
        NetworkMerge.builder(Path.of(args[0]), Path.of(args[1]))
            .data(Path.of(args[2]), Path.of(args[3]))
            .separateLabels("birds", "pets")
            .listener(
                (stage, done, total) ->
                    System.out.printf("%s: %d of %d%n", stage.label(), done, total))
            // Interrupting the thread that merges does the same.
            .cancelWhen(() -> System.nanoTime() > limit)
            .build();
    try {
      merge.run().write(Path.of(args[4]));
    } catch (MergeCancelledException e) {
      System.out.println("took too long; nothing was written");
    }
  }
  // end
}
