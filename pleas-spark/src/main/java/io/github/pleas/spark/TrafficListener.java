package io.github.pleas.spark;

import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Counts what tasks moved. */
final class TrafficListener extends SparkListener {
  private long shuffled;
  private long results;
  private long tasks;
  private long failed;

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
    }
  }

  synchronized Traffic traffic() {
    return new Traffic(shuffled, results, tasks, failed);
  }
}
