package io.github.pleas.spark;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Counts what tasks moved. */
final class TrafficListener extends SparkListener {
  private long shuffled;
  private long results;
  private long tasks;
  private long failed;
  private final Map<String, Long> nanos = new HashMap<>();

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    tasks++;
    if (end.taskInfo().failed()) {
      failed++;
    }
    TaskMetrics metrics = end.taskMetrics();
    if (metrics != null) {
      shuffled += metrics.shuffleWriteMetrics().bytesWritten();
      results += metrics.resultSize();
      nanos.merge(end.taskInfo().executorId(), metrics.executorCpuTime(), Long::sum);
    }
  }

  synchronized Traffic traffic() {
    return new Traffic(
        shuffled,
        results,
        tasks,
        failed,
        nanos.values().stream().mapToLong(Long::longValue).sum() / 1e9,
        nanos.values().stream().mapToLong(Long::longValue).max().orElse(0) / 1e9);
  }
}
