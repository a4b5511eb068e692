package io.github.pleas.spark;

/**
 * What a merge moved over the cluster's network and what executors did, as they report it.
 *
 * @param shuffled bytes that tasks wrote for others to read
 * @param results bytes of results that tasks sent to the driver
 * @param tasks how many tasks ended
 * @param failedTasks those of them that failed, with their executor or by themselves
 * @param seconds processor time that tasks took, of all executors together
 * @param busiest that of the executor which took most
 */
public record Traffic(
    long shuffled, long results, long tasks, long failedTasks, double seconds, double busiest) {}
