package io.github.pleas.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.runtime.Workers;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinearProbeTest {
  private static final int CLASSES = 3;

  /** Clouds of unit deviation around a centre for each class; labels in turn. */
  private static Logits clouds(int images, double distance, long seed) {
    Random random = new Random(seed);
    float[] values = new float[images * 5];
    for (int i = 0; i < values.length; i++) {
      int label = i / 5 % CLASSES;
      values[i] = (float) (random.nextGaussian() + (i % 5 == label ? distance : 0) + 10);
    }
    return new Logits(images, 5, values);
  }

  private static int[] labels(int images) {
    int[] labels = new int[images];
    for (int i = 0; i < images; i++) {
      labels[i] = i % CLASSES;
    }
    return labels;
  }

  private static LinearProbe train(ProbeSolver solver, double distance) {
    try (Workers workers = new Workers(2)) {
      return LinearProbe.train(clouds(300, distance, 1), labels(300), CLASSES, solver, 0, workers);
    }
  }

  @ParameterizedTest
  @EnumSource(ProbeSolver.class)
  void tellsApartWhatALineSeparates(ProbeSolver solver) {
    Logits fresh = clouds(300, 6, 2);
    assertThat(train(solver, 6).predict(fresh).accuracy(labels(300), 0).rate()).isGreaterThan(0.98);
    double chance = train(solver, 0).predict(clouds(300, 0, 2)).accuracy(labels(300), 0).rate();
    assertThat(chance).isBetween(0.2, 0.47);
  }

  @Test
  void theSameSeedGivesTheSameProbe() {
    Logits fresh = clouds(30, 2, 2);
    assertThat(train(ProbeSolver.ADAM, 2).predict(fresh).values())
        .isEqualTo(train(ProbeSolver.ADAM, 2).predict(fresh).values());
  }

  @Test
  void refusesWhatDoesNotFit() {
    try (Workers workers = new Workers(1)) {
      assertThatThrownBy(
              () ->
                  LinearProbe.train(
                      clouds(3, 1, 1), new int[] {0, 1, 3}, CLASSES, ProbeSolver.RIDGE, 0, workers))
          .hasMessageContaining("label 3 of 3 classes");
      assertThatThrownBy(
              () ->
                  LinearProbe.train(
                      clouds(3, 1, 1), labels(2), CLASSES, ProbeSolver.RIDGE, 0, workers))
          .hasMessageContaining("2 labels for 3 images");
    }
    assertThatThrownBy(() -> train(ProbeSolver.RIDGE, 1).predict(new Logits(1, 4, new float[4])))
        .hasMessageContaining("expected 5 features, found 4");
  }
}
