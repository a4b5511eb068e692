package io.github.pleas.spark;

import java.util.Locale;
import org.apache.spark.SparkConf;

/** {@code spark-submit --class io.github.pleas.spark.Main pleas-spark.jar merge A B ...}. */
public final class Main {
  private Main() {}

  /** Merges on the cluster that spark-submit names, and exits. */
  public static void main(String[] args) {
    System.exit(run(new SparkConf(), args));
  }

  /** Merges, and tells the exit code: that of {@code pleas merge}. */
  static int run(SparkConf settings, String... args) {
    try (SparkElsewhere spark = new SparkElsewhere(settings)) {
      int code = io.github.pleas.cli.Main.merge(spark, args);
      spark
          .traffic()
          .ifPresent(
              moved ->
                  System.out.printf(
                      Locale.ROOT,
                      "cluster: %,d tasks (%d failed), %,d bytes shuffled, %,d bytes of results;"
                          + " executors took %.1f s of processor time, the busiest %.1f s%n",
                      moved.tasks(),
                      moved.failedTasks(),
                      moved.shuffled(),
                      moved.results(),
                      moved.seconds(),
                      moved.busiest()));
      return code;
    }
  }
}
