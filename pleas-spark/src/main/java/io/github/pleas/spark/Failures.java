package io.github.pleas.spark;

import io.github.pleas.PleasException;
import java.util.function.Supplier;
import org.apache.spark.SparkException;

/** What failed in executors, as it would be told where all is on one machine. */
final class Failures {
  private Failures() {}

  /**
   * Does something on the cluster.
   *
   * @throws PleasException that of an executor, or what Spark says, where it gave up
   */
  static <T> T translated(Supplier<T> work) {
    try {
      return work.get();
    } catch (PleasException e) {
      throw e;
    } catch (RuntimeException e) {
      throw translated(e);
    } catch (Exception e) {
      // Spark's exceptions are checked, and its Java methods do not say so.
      throw translated(e);
    }
  }

  private static RuntimeException translated(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof PleasException own) {
        return own;
      }
    }
    if (e instanceof SparkException) {
      return new PleasException("the cluster gave up: " + e.getMessage(), e);
    }
    return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
  }
}
