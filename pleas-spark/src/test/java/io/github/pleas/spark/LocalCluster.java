package io.github.pleas.spark;

import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Executors of one core each, in processes of their own on this machine. */
final class LocalCluster {
  private LocalCluster() {}

  static JavaSparkContext start(int executors) {
    return new JavaSparkContext(
        settings(executors).setAppName("pleas-test").set("spark.locality.wait", "5s"));
  }

  /** What Spark needs to start them from here. */
  static SparkConf settings(int executors) {
    return new SparkConf(false)
        .setMaster("local-cluster[%d,1,1024]".formatted(executors))
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.executor.memory", "700m")
        .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .set("spark.sql.shuffle.partitions", "2");
  }

  /** The processes of the executors that run tasks now. */
  static Set<Long> processes(JavaSparkContext spark, int executors) {
    return new TreeSet<>(
        spark
            .parallelize(java.util.Collections.nCopies(8 * executors, 0), 8 * executors)
            .map(
                any -> {
                  Thread.sleep(20);
                  return ProcessHandle.current().pid();
                })
            .collect());
  }
}
