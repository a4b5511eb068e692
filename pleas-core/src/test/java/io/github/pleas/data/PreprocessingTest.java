package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.InvalidInputException;
import java.util.Arrays;
import java.util.Random;
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

  /** A wide image, its shorter side doubled: of the middle, as plain resizing has it there. */
  @Test
  void theMiddleIsThatOfTheImageInItsOwnAspectRatio() {
    Random random = new Random(1);
    float[] values = new float[3 * 4 * 10];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    Pixels image = new Pixels(3, 4, 10, values);
    float[] whole = Preprocessing.plain(3, 8, 20).apply(image);
    float[] middle = new Preprocessing(3, 6, 5, ZERO, ONE, 8).apply(image);
    // (8 - 6) / 2 = 1 row, and (20 - 5) / 2 = 7.5, rounded to the even 8 columns.
    for (int channel = 0; channel < 3; channel++) {
      for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 5; x++) {
          assertThat(middle[(channel * 6 + y) * 5 + x])
              .isEqualTo(whole[(channel * 8 + y + 1) * 20 + x + 8]);
        }
      }
    }
    refused(() -> new Preprocessing(3, 6, 5, ZERO, ONE, 5), "shorter side", "6 to");
    assertThat(new Preprocessing(3, 6, 5, ZERO, ONE, 8))
        .isNotEqualTo(new Preprocessing(3, 6, 5, ZERO, ONE));
  }

  /** Two halves, black and white, of a line that would be 512 million rows long when resized. */
  @Test
  void theMiddleOfALineIsInItsOwnAspectRatioToo() {
    int rows = 2_000_000;
    float[] values = new float[rows];
    Arrays.fill(values, rows / 2, rows, 1);
    Preprocessing preprocessing = new Preprocessing(1, 224, 224, ZERO, ONE, 256);
    float[] tall = preprocessing.apply(new Pixels(1, rows, 1, values));
    float[] wide = preprocessing.apply(new Pixels(1, 1, rows, values));
    for (int i = 0; i < 224; i++) {
      // Between the two middle pixels, which are 256 rows apart.
      float expected = 0.5f + (i + 0.5f - 112) / 256;
      assertThat(tall[i * 224 + 7]).isCloseTo(expected, within(1e-5f));
      assertThat(wide[7 * 224 + i]).isCloseTo(expected, within(1e-5f));
    }
    // The whole of it: each half is half.
    float[] whole = Preprocessing.plain(1, 224, 224).apply(new Pixels(1, rows, 1, values));
    assertThat(whole[0]).isZero();
    assertThat(whole[111 * 224 + 7] + whole[112 * 224 + 7]).isCloseTo(1, within(1e-4f));
    assertThat(whole[223 * 224 + 7]).isCloseTo(1, within(1e-4f));
  }
}
