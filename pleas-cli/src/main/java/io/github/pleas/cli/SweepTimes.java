package io.github.pleas.cli;

import io.github.pleas.runtime.RunTimes;
import java.util.List;

/** How long the networks of a sweep take, run in turns. */
final class SweepTimes {
  static final String A = "A";
  static final String B = "B";

  /** A few seconds for a handful of small networks; large ones take a round's time each. */
  static final RunTimes.Effort EFFORT = new RunTimes.Effort(2, 9, 101, 4);

  private final RunTimes.Measured measured;

  SweepTimes(RunTimes.Measured measured) {
    this.measured = measured;
  }

  /** What the network of a place in the sweep is called. */
  static String merged(int place) {
    return "merged " + place;
  }

  /** The median of a network's times, in milliseconds for an image. */
  double milliseconds(String name) {
    return measured.median(name);
  }

  /** A network's time, where both originals one after the other take 1. */
  double relative(String name) {
    return measured.ratio(name, List.of(A, B));
  }
}
