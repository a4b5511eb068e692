package io.github.pleas.runtime;

import io.github.pleas.InvalidInputException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Threads for our own loops; as many as the user gives. The thread that asks is one of them: a loop
 * waits for nobody to wake up, and loops may stand inside loops. A thread whose loop waits for the
 * turns that others have begun takes turns of other loops meanwhile, such as those that stand
 * inside what it waits for.
 */
public final class Workers implements AutoCloseable {
  /** How often a thread that waits looks for turns of other loops. */
  private static final long LOOK_MICROSECONDS = 200;

  /** More than any one machine has use for; far more than that, and threads cannot be made. */
  private static final int MOST = 1024;

  /** What a loop does, by threads that may keep something of their own from turn to turn. */
  @FunctionalInterface
  public interface Task {
    /**
     * Does one turn.
     *
     * @param worker 0..{@link #count}-1; no two threads of a loop have the same
     * @param index which turn
     */
    void run(int worker, int index);
  }

  private final int count;
  private final BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();
  private final ExecutorService helpers;

  /**
   * Starts no threads yet.
   *
   * @param threads how many, 1 to 1024
   * @throws InvalidInputException if it is another number
   */
  public Workers(int threads) {
    this.count = checked(threads);
    ThreadFactory factory =
        loop -> {
          Thread thread = new Thread(loop, "pleas-worker");
          thread.setDaemon(true);
          return thread;
        };
    int most = Math.max(1, threads - 1);
    this.helpers = new ThreadPoolExecutor(most, most, 0, TimeUnit.SECONDS, asked, factory);
  }

  /** A number of threads that can be had. */
  static int checked(int threads) {
    if (threads < 1 || threads > MOST) {
      throw new InvalidInputException(
          "threads: expected 1 to %d, found %d".formatted(MOST, threads));
    }
    return threads;
  }

  /** The number of threads. */
  public int count() {
    return count;
  }

  /** Does something for each of 0..turns-1, in any order, and waits until all are done. */
  public void forEach(int turns, IntConsumer task) {
    forEach(turns, (worker, index) -> task.accept(index));
  }

  /**
   * Does something for each of 0..turns-1, beginning them in this order, and waits until all are
   * done. After a failure no further turn begins, and the failure of the lowest turn is thrown
   * here: which one that is does not depend on the threads.
   */
  public void forEach(int turns, Task task) {
    Loop loop = new Loop(turns, task);
    for (int worker = 1; worker < Math.min(count, turns); worker++) {
      int own = worker;
      helpers.execute(() -> loop.help(own));
    }
    loop.help(0);
    loop.finish(asked);
  }

  /** What a turn threw. */
  private record Failure(int index, Throwable thrown) {}

  /** One loop. A helper that comes late finds no turn left, and nobody waits for it. */
  private static final class Loop {
    private final int turns;
    private final Task task;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger undone;
    private final CountDownLatch done;
    private volatile Optional<Failure> failure = Optional.empty();

    Loop(int turns, Task task) {
      this.turns = turns;
      this.task = task;
      this.undone = new AtomicInteger(turns);
      this.done = new CountDownLatch(turns == 0 ? 0 : 1);
    }

    void help(int worker) {
      for (int index = next.getAndIncrement(); index < turns; index = next.getAndIncrement()) {
        try {
          Optional<Failure> failed = failure;
          // One that was begun before another failed runs: its own failure is the one to be thrown.
          if (failed.isEmpty() || index < failed.get().index()) {
            task.run(worker, index);
          }
        } catch (RuntimeException | Error thrown) {
          fail(new Failure(index, thrown));
        } finally {
          if (undone.decrementAndGet() == 0) {
            done.countDown();
          }
        }
      }
    }

    private synchronized void fail(Failure failed) {
      if (failure.isEmpty() || failed.index() < failure.get().index()) {
        failure = Optional.of(failed);
      }
    }

    void finish(Queue<Runnable> others) {
      boolean interrupted = false;
      while (done.getCount() > 0) {
        Runnable other = others.poll();
        if (other != null) {
          other.run();
          continue;
        }
        try {
          done.await(LOOK_MICROSECONDS, TimeUnit.MICROSECONDS);
        } catch (InterruptedException e) {
          // Turns still run, on memory that the caller frees after this: they are waited for.
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      failure.map(Failure::thrown).ifPresent(Loop::rethrow);
    }

    /** As it was thrown: only these two are caught. */
    private static void rethrow(Throwable thrown) {
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }
  }

  @Override
  public void close() {
    helpers.shutdown();
  }
}
