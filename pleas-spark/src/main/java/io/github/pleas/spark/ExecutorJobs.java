package io.github.pleas.spark;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The merges that an executor has parts of. Tasks come and go, and what they leave for the next
 * ones must be found again: this is the one thing here that is kept for a whole process.
 */
final class ExecutorJobs {
  private static final ConcurrentHashMap<String, ExecutorJob> JOBS = new ConcurrentHashMap<>();

  private ExecutorJobs() {}

  static {
    // JavaCPP's own limits would refuse large native arrays; ours are freed by their owners.
    for (String limit :
        List.of("org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes")) {
      if (System.getProperty(limit) == null) {
        System.setProperty(limit, "0");
      }
    }
  }

  static ExecutorJob of(JobSettings settings) {
    return JOBS.computeIfAbsent(settings.job(), any -> new ExecutorJob(settings));
  }

  /** Gives back all that this executor holds of a merge. */
  static void release(String job) {
    ExecutorJob own = JOBS.remove(job);
    if (own != null) {
      own.close();
    }
  }
}
