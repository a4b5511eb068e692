package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.InvalidInputException;
import org.junit.jupiter.api.Test;

class PreprocessingTest {
  private static final float[] ZERO = {0};
  private static final float[] ONE = {1};

  @Test
  void knownPixelsAreNormalisedForEachChannel() {
    Pixels image = new Pixels(3, 1, 2, new float[] {0, 1, 0.5f, 0.25f, 1, 0});
    Preprocessing preprocessing =
        new Preprocessing(3, 1, 2, new float[] {0.5f, 0.25f, 1}, new float[] {0.5f, 0.25f, 2});
    assertThat(preprocessing.apply(image)).containsExactly(-1, 1, 1, 0, 0, -0.5f);
  }

  @Test
  void oneMeanAndStdServeAllChannels() {
    Pixels image = new Pixels(3, 1, 1, new float[] {0, 0.5f, 1});
    assertThat(new Preprocessing(3, 1, 1, new float[] {0.5f}, new float[] {0.25f}).apply(image))
        .containsExactly(-2, 0, 2);
  }

  @Test
  void greyBecomesColourByRepetition() {
    Pixels image = new Pixels(1, 1, 2, new float[] {0.25f, 0.5f});
    assertThat(Preprocessing.plain(3, 1, 2).apply(image))
        .containsExactly(0.25f, 0.5f, 0.25f, 0.5f, 0.25f, 0.5f);
  }

  @Test
  void colourBecomesGreyByTheLumaOfItuR601() {
    Pixels image = new Pixels(3, 1, 4, new float[] {1, 0, 0, 0.3f, 0, 1, 0, 0.3f, 0, 0, 1, 0.3f});
    assertThat(Preprocessing.plain(1, 1, 4).apply(image))
        .containsExactly(new float[] {0.299f, 0.587f, 0.114f, 0.3f}, within(1e-7f));
  }

  @Test
  void whatIsOutOfRangeIsRefusedByName() {
    refused(() -> new Preprocessing(2, 8, 8, ZERO, ONE), "channels", "2");
    refused(() -> new Preprocessing(1, 0, 8, ZERO, ONE), "height", "0");
    refused(() -> new Preprocessing(1, 8, -3, ZERO, ONE), "width", "-3");
    refused(() -> new Preprocessing(3, 16_000, 16_000, ZERO, ONE), "16000");
    refused(() -> new Preprocessing(3, 8, 8, new float[] {0, 0}, ONE), "mean", "1", "3", "2");
    refused(() -> new Preprocessing(3, 8, 8, ZERO, new float[0]), "std", "found 0");
    refused(() -> new Preprocessing(1, 8, 8, ZERO, new float[] {0}), "std", "positive");
    refused(() -> new Preprocessing(1, 8, 8, new float[] {Float.NaN}, ONE), "mean", "finite");
  }

  private static void refused(Runnable call, String... parts) {
    assertThatThrownBy(call::run)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void equalValuesAreEqualAndArraysAreItsOwn() {
    float[] mean = {0.5f};
    Preprocessing one = new Preprocessing(1, 2, 3, mean, ONE);
    mean[0] = 9;
    one.mean()[0] = 9;
    assertThat(one).isEqualTo(new Preprocessing(1, 2, 3, new float[] {0.5f}, ONE));
    assertThat(one).hasSameHashCodeAs(new Preprocessing(1, 2, 3, new float[] {0.5f}, ONE));
    assertThat(one).isNotEqualTo(new Preprocessing(1, 2, 3, ZERO, ONE));
    assertThat(one.length()).isEqualTo(6);
  }
}
