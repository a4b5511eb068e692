package io.github.pleas.spark;

import io.github.pleas.PleasException;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Waits for the executors of a cluster that was just started: parts stay where they were computed
 * first, and an executor that comes late would have none.
 */
final class Executors {
  private static final long POLL_MILLIS = 100;
  private static final long QUIET_MILLIS = 2_000;
  private static final long MOST_MILLIS = 30_000;

  private Executors() {}

  /**
   * Waits until all executors are there that were asked for, or no more came for two seconds; half
   * a minute at most. Of a cluster that runs for longer, nobody is waited for.
   *
   * @return how many there are; one where the driver is its own executor
   */
  static int await(JavaSparkContext spark) {
    if (spark.isLocal()) {
      return 1;
    }
    int asked = spark.getConf().getInt("spark.executor.instances", Integer.MAX_VALUE);
    int count = count(spark);
    long changed = System.currentTimeMillis();
    while (count < asked
        && System.currentTimeMillis() - spark.startTime() < MOST_MILLIS
        && (count == 0 || System.currentTimeMillis() - changed < QUIET_MILLIS)) {
      sleep();
      int now = count(spark);
      if (now != count) {
        changed = System.currentTimeMillis();
        count = now;
      }
    }
    return Math.max(1, count);
  }

  /** Executors that are registered, without the driver. */
  private static int count(JavaSparkContext spark) {
    return spark.statusTracker().getExecutorInfos().length - 1;
  }

  private static void sleep() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PleasException("waiting for executors was interrupted", e);
    }
  }
}
