package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What the residual of a layer, over all of its rows, grows by where it is solved from some of
 * them. The solution of R rows for P unknowns has P / (R - P) more of the square error than that of
 * many more rows, if rows are drawn one by one and all have errors of one size: 1.7 % of the square
 * with 60 rows for each unknown, 0.8 % of the residual. A ridge makes it less, and so does a sample
 * that has as many rows of each image. It is more where the rows that weigh most have the largest
 * errors, as behind a ReLU they do; the margins are for that.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SampledRowsTest {
  private static final int[] PER_UNKNOWN = {5, 20, 60};

  /** The sample that a merge takes. */
  private static final int OF_MERGE = 2;

  /** The square error grows by so many times P / (R - P), at most: of any layer. */
  private static final double MOST = 2.5;

  /** The same of the mean over layers. */
  private static final double MEAN = 1.5;

  private List<SampledLayers.Measured> layers = List.of();

  @BeforeAll
  void measure() throws IOException {
    // Those of which even the largest sample leaves half of the rows out.
    layers =
        new SampledLayers(PER_UNKNOWN)
            .measure().stream()
                .filter(layer -> layer.available() >= 2 * layer.rows()[OF_MERGE])
                .toList();
    Files.writeString(Path.of("target", "sampled-rows.txt"), table());
  }

  @Test
  void aMergeTakesTheLargestSampleThatIsMeasured() {
    FitOptions options = FitOptions.of(FitMethod.PROGRESSIVE, HeadFit.JOINT, false);
    assertThat(options.rowsPerUnknown()).isEqualTo(PER_UNKNOWN[OF_MERGE]);
    assertThat(layers).hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void noLayersErrorGrowsByMoreThanTheoryAndItsMarginAllow() {
    for (SampledLayers.Measured layer : layers) {
      for (int sample = 0; sample < PER_UNKNOWN.length; sample++) {
        assertThat(toTheory(layer, sample)).as(layer.layer()).isBetween(0.0, MOST);
      }
    }
  }

  @Test
  void theMeanOverLayersIsNearTheory() {
    for (int sample = 0; sample < PER_UNKNOWN.length; sample++) {
      int own = sample;
      double mean =
          layers.stream().mapToDouble(layer -> toTheory(layer, own)).average().orElseThrow();
      assertThat(mean).isBetween(1 / MEAN, MEAN);
    }
  }

  @Test
  void theErrorFallsWithMoreRows() {
    for (SampledLayers.Measured layer : layers) {
      for (int sample = 1; sample < PER_UNKNOWN.length; sample++) {
        // Of few unknowns two samples may be the same, one row of each image.
        if (layer.rows()[sample] > layer.rows()[sample - 1]) {
          assertThat(layer.growth(sample))
              .as(layer.layer())
              .isPositive()
              .isLessThan(layer.growth(sample - 1));
        }
      }
    }
  }

  /** What the square error grows by, relative to P / (R - P). */
  private static double toTheory(SampledLayers.Measured layer, int sample) {
    double root = 1 + layer.growth(sample);
    return (root * root - 1) * (layer.rows()[sample] - layer.unknowns()) / layer.unknowns();
  }

  private String table() {
    StringBuilder text = new StringBuilder("| layer | unknowns | rows | residual of all |");
    for (int rows : PER_UNKNOWN) {
      text.append(" of %d for each unknown |".formatted(rows));
    }
    text.append("\n|---|---|---|---|").append("---|".repeat(PER_UNKNOWN.length)).append('\n');
    for (SampledLayers.Measured layer : layers) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %,d | %.3f |",
              layer.layer(),
              layer.unknowns(),
              layer.available(),
              layer.residual()));
      line(text, sample -> layer.growth(sample));
    }
    text.append("| mean | | | |");
    line(text, sample -> growths(sample).average().orElseThrow());
    text.append("| largest | | | |");
    line(text, sample -> growths(sample).max().orElseThrow());
    return text.toString();
  }

  private DoubleStream growths(int sample) {
    return layers.stream().mapToDouble(layer -> layer.growth(sample));
  }

  private static void line(StringBuilder text, IntToDoubleFunction growth) {
    for (int sample = 0; sample < PER_UNKNOWN.length; sample++) {
      text.append(String.format(Locale.ROOT, " +%.2f %% |", 100 * growth.applyAsDouble(sample)));
    }
    text.append('\n');
  }
}
