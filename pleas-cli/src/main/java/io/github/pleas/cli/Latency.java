package io.github.pleas.cli;

import io.github.pleas.merge.LatencyMeter;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.SizePlan;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RunTimes;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How long the written network takes beside its originals, all three run in turns: milliseconds for
 * an image, medians.
 *
 * @param a of the first original
 * @param b of the second
 * @param merged of the written network
 * @param relative how many times as long as an original the written network takes
 * @param batch images in a run
 * @param threads threads that they ran on
 */
record Latency(double a, double b, double merged, double relative, int batch, int threads) {
  private static final RunTimes.Effort EFFORT = new RunTimes.Effort(3, 25, 301, 2);

  /**
   * Times a written network.
   *
   * @param file its file; a checkpoint does not run, and the network that it was made of is timed
   */
  static Latency of(
      OrtRuntime runtime, Network a, Network b, MergeResult result, Optional<Path> file) {
    int batch = a.fixedBatch().orElse(1);
    try (RunTimes times = new RunTimes(runtime, batch)) {
      times.add("a", a.graph(), a::shape);
      times.add("b", b.graph(), b::shape);
      if (file.isPresent()) {
        times.add("merged", file.get(), a.inputs(), result.architecture()::shape);
      } else {
        times.add("merged", result.graph(), result.architecture()::shape);
      }
      RunTimes.Measured measured = times.measure(EFFORT);
      return new Latency(
          measured.median("a"),
          measured.median("b"),
          measured.median("merged"),
          2 * measured.ratio("merged", List.of("a", "b")),
          batch,
          runtime.threads());
    }
  }

  /** Of an original, the mean of both. */
  double original() {
    return (a + b) / 2;
  }

  /** What was asked for, in the same milliseconds as what was measured; none without a budget. */
  OptionalDouble asked(SizePlan plan) {
    OptionalDouble budget = plan.asked().budget();
    return budget.isPresent()
        ? OptionalDouble.of(budget.getAsDouble() * original())
        : OptionalDouble.empty();
  }

  /** What was planned, in the same milliseconds as what was measured. */
  double planned(SizePlan plan) {
    return plan.relativeCost() * original();
  }

  /** Whether the network takes longer than asked, by more than measurements vary. */
  boolean exceeds(SizePlan plan) {
    return plan.asked().budget().isPresent()
        && relative > plan.asked().budget().getAsDouble() * (1 + LatencyMeter.TOLERANCE);
  }

  /** The times of the network that was asked for, planned and written, in a sentence. */
  String text(SizePlan plan) {
    OptionalDouble wanted = asked(plan);
    String asked = wanted.isPresent() ? format("asked %.3f, ", wanted.getAsDouble()) : "";
    return format(
        "Milliseconds for an image (%s, batch %d): %splanned %.3f, measured %.3f (%.3f originals); A %.3f, B %.3f.",
        threads == 1 ? "1 thread" : threads + " threads",
        batch,
        asked,
        planned(plan),
        merged,
        relative,
        a,
        b);
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
