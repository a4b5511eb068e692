package io.github.pleas.runtime;

import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Threads for our own loops; as many as the user gives. */
public final class Workers implements AutoCloseable {
  private final ForkJoinPool pool;

  public Workers(int threads) {
    this.pool = new ForkJoinPool(threads);
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
