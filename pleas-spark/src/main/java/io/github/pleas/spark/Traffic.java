package io.github.pleas.spark;

/**
 * What a merge moved over the cluster's network, as executors report it.
 *
 * @param shuffled bytes that tasks wrote for others to read
 * @param results bytes of results that tasks sent to the driver
 * @param tasks how many tasks ended
 * @param failedTasks those of them that failed, with their executor or by themselves
 */
public record Traffic(long shuffled, long results, long tasks, long failedTasks) {}
