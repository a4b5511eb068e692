package io.github.pleas.cli;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What was seen on the way of a merge, for its report.
 *
 * @param classes names of the classes of the merged head, A's and then B's where labels are
 *     separate; empty where nothing is labelled
 * @param available how many calibration images of each domain there are
 * @param peaks the most memory that the process held in each stage, where the system tells
 */
record Seen(List<String> classes, List<Integer> available, Function<String, OptionalLong> peaks) {
  Seen {
    classes = List.copyOf(classes);
    available = List.copyOf(available);
  }

  /** The most memory of the process so far. */
  PeakMemory peak() {
    return PeakMemory.now();
  }

  OptionalLong peak(String stage) {
    return peaks.apply(stage);
  }
}
