package io.github.pleas.api;

import io.github.pleas.merge.MergeCancelledException;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.Stage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The end of a merge before it is done: looked for wherever progress is told, which is from several
 * threads while images are read.
 */
final class Cancellation implements MergeListener {
  private final Thread merging;
  private final BooleanSupplier asked;
  private final MergeListener listener;

  private Cancellation(Thread merging, BooleanSupplier asked, MergeListener listener) {
    this.merging = merging;
    this.asked = asked;
    this.listener = listener;
  }

  /** Does something that tells its progress, on this thread. */
  interface Cancellable<T> {
    T run(MergeListener listener);
  }

  /**
   * Does something on this thread until it is done or cancelled.
   *
   * @param asked whether it is to end; asked from several threads
   * @throws MergeCancelledException if this thread is interrupted, as it then stays, or asked to
   *     end
   */
  static <T> T run(BooleanSupplier asked, MergeListener listener, Cancellable<T> work) {
    Cancellation watched = new Cancellation(Thread.currentThread(), asked, listener);
    return watched.translated(() -> work.run(watched));
  }

  private <T> T translated(Supplier<T> work) {
    requireGoing();
    try {
      return work.get();
    } catch (MergeCancelledException e) {
      throw e;
    } catch (RuntimeException e) {
      // An interrupt closes the file that is just written, and what fails then fails for that.
      throw isCancelled() ? new MergeCancelledException(e) : e;
    }
  }

  private boolean isCancelled() {
    return merging.isInterrupted() || asked.getAsBoolean();
  }

  private void requireGoing() {
    if (isCancelled()) {
      throw new MergeCancelledException();
    }
  }

  @Override
  public void progress(Stage stage, int done, int total) {
    requireGoing();
    listener.progress(stage, done, total);
  }
}
