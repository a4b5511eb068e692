package io.github.pleas.runtime;

import io.github.pleas.InvalidInputException;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Threads for our own loops; as many as the user gives. */
public final class Workers implements AutoCloseable {
  /** More than any one machine has use for; far more than that, and threads cannot be made. */
  private static final int MOST = 1024;

  private final ForkJoinPool pool;

  /**
   * A pool.
   *
   * @param threads how many, 1 to 1024
   * @throws InvalidInputException if it is another number
   */
  public Workers(int threads) {
    this.pool = new ForkJoinPool(checked(threads));
  }

  /** A number of threads that can be had. */
  static int checked(int threads) {
    if (threads < 1 || threads > MOST) {
      throw new InvalidInputException(
          "threads: expected 1 to %d, found %d".formatted(MOST, threads));
    }
    return threads;
  }

  /** Does something for each of 0..count-1, in any order, and waits until all are done. */
  public void forEach(int count, IntConsumer task) {
    pool.submit(() -> IntStream.range(0, count).parallel().forEach(task)).join();
  }

  @Override
  public void close() {
    pool.shutdown();
  }
}
