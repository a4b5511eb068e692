package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * A thread beside the caller's, which does one thing after another in the order in which they are
 * given: what a GPU's next batch needs, while it is at the one before.
 */
public final class Beside implements AutoCloseable {
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>(); // one, once it is needed
  private final ExecutorService works = Executors.newSingleThreadExecutor(this::thread);

  private Thread thread(Runnable work) {
    Thread made = new Thread(work, "pleas-beside");
    made.setDaemon(true);
    threads.add(made);
    return made;
  }

  /** Begins something, once what was given before is done. */
  public <T> Future<T> begin(Supplier<T> what) {
    return works.submit(what::get);
  }

  /** Waits for something that was begun; what it threw is thrown here. */
  public static <T> T await(Future<T> begun) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return begun.get();
        } catch (InterruptedException e) {
          // It still works on memory that the caller frees after this: it is waited for.
          interrupted = true;
        } catch (ExecutionException e) {
          throw thrown(requireNonNull(e.getCause()));
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Only these two can be thrown by what is begun. */
  private static RuntimeException thrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return (RuntimeException) cause;
  }

  /**
   * Waits for everything that was begun, and until the thread is no more: an executor says that it
   * has ended a moment before its thread has.
   */
  @Override
  public void close() {
    works.shutdown();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
