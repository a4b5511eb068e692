package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTimesTest {
  private static final double EXACT = 1e-12;

  @TempDir Path folder;

  private final GraphBuilder g = new GraphBuilder(1);
  private final Graph graph = g.build(g.node("Neg", g.input("x", 3)));
  private final Function<String, ValueShape> shapes = name -> new ValueShape(new int[] {1, 3}, 0);

  /** A clock that goes on by so many milliseconds from each look to the next. */
  private static LongSupplier clock(double... steps) {
    long[] now = {0};
    int[] look = {0};
    return () -> {
      now[0] += (long) (1e6 * steps[look[0]++]);
      return now[0];
    };
  }

  private static RunTimes.Effort rounds(int warmUps, int count) {
    return new RunTimes.Effort(warmUps, count, count, 0);
  }

  @Test
  void timesAreMediansForAnImageOfRoundsAfterTheWarmUp() {
    LongSupplier clock = clock(0, 1000, 0, 1000, 0, 0, 8, 0, 2, 0, 400);
    try (RunTimes times = new RunTimes(Runs.RUNTIME, 4, clock)) {
      times.add("one", graph, shapes);
      RunTimes.Measured measured = times.measure(rounds(2, 3));
      assertThat(measured.milliseconds().get("one")).containsExactly(2, 0.5, 100);
      assertThat(measured.median("one")).isEqualTo(2);
    }
  }

  @Test
  void networksRunInTurnsAndBeginInTurns() {
    LongSupplier clock = clock(0, 0, 1, 0, 2, 0, 3, 0, 4);
    try (RunTimes times = new RunTimes(Runs.RUNTIME, 1, clock)) {
      times.add("one", graph, shapes);
      times.add("two", graph, shapes);
      RunTimes.Measured measured = times.measure(rounds(0, 2));
      assertThat(measured.milliseconds().get("one")).containsExactly(1, 4);
      assertThat(measured.milliseconds().get("two")).containsExactly(2, 3);
      assertThat(measured.median("one")).isEqualTo(2.5);
    }
  }

  @Test
  void ratiosAreThoseOfEachRoundSoThatSlowRoundsDoNotCount() {
    RunTimes.Measured measured =
        new RunTimes.Measured(
            Map.of(
                "a", new double[] {1, 10, 1},
                "b", new double[] {1, 30, 1},
                "m", new double[] {3, 60, 3.2}));
    assertThat(measured.ratio("m", List.of("a", "b"))).isCloseTo(1.5, within(EXACT));
    assertThatThrownBy(() -> measured.median("x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no times of 'x'");
  }

  @Test
  void roundsEndWithTheTimeUnlessMoreAreNeeded() {
    LongSupplier second =
        new LongSupplier() {
          private long now;

          @Override
          public long getAsLong() {
            return now += 1_000_000_000L;
          }
        };
    try (RunTimes times = new RunTimes(Runs.RUNTIME, 1, second)) {
      times.add("one", graph, shapes);
      assertThat(times.measure(new RunTimes.Effort(0, 5, 50, 1)).milliseconds().get("one"))
          .hasSize(5);
      assertThat(times.measure(new RunTimes.Effort(0, 1, 3, 1000)).milliseconds().get("one"))
          .hasSize(3);
      // A look at the clock before the first round, and three seconds a round: 1, 4, 7, 10.
      assertThat(times.measure(new RunTimes.Effort(0, 1, 50, 10)).milliseconds().get("one"))
          .hasSize(4);
    }
  }

  @Test
  void filesAreTimedAsTheyAre() throws IOException {
    Path file = Files.write(folder.resolve("neg.onnx"), OnnxWriter.toBytes(graph));
    try (RunTimes times = new RunTimes(Runs.RUNTIME, 2)) {
      times.add("file", file, ModelInput.of(graph, shapes), shapes);
      assertThat(times.measure(rounds(1, 3)).median("file")).isPositive();
    }
  }

  @Test
  void namesAreNotTakenTwice() {
    try (RunTimes times = new RunTimes(Runs.RUNTIME, 1)) {
      times.add("one", graph, shapes);
      assertThatThrownBy(() -> times.add("one", graph, shapes))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("two networks are called 'one'");
    }
    assertThatThrownBy(() -> new RunTimes(Runs.RUNTIME, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
