package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizeTest {
  /** By hand: centres (i + 0.5) / 2 - 0.5 = -0.25, 0.25, 0.75, 1.25, clamped to [0, 1]. */
  @Test
  void twoPixelsBecomeFourAsWorkedOutByHand() {
    assertThat(Resize.bilinear(new float[] {0, 4}, 1, 1, 2, 1, 4)).containsExactly(0, 1, 3, 4);
    assertThat(Resize.bilinear(new float[] {0, 4}, 1, 2, 1, 4, 1)).containsExactly(0, 1, 3, 4);
  }

  /** By hand: centres 0.6 i - 0.2 = -0.2, 0.4, 1, 1.6, 2.2. */
  @Test
  void threePixelsBecomeFiveAsWorkedOutByHand() {
    float[] resized = Resize.bilinear(new float[] {10, 20, 50}, 1, 1, 3, 1, 5);
    assertThat(resized).containsExactly(new float[] {10, 14, 20, 38, 50}, within(1e-5f));
  }

  /** By hand: 4 to 2 has triangles of half-width 2 at 1 and 3: weights 3, 3, 1 (of 7) each. */
  @Test
  void fourPixelsBecomeTwoAsWorkedOutByHand() {
    float[] resized = Resize.bilinear(new float[] {7, 14, 0, 70}, 1, 1, 4, 1, 2);
    assertThat(resized).containsExactly(new float[] {9, (14 + 210) / 7f}, within(1e-5f));
  }

  @ParameterizedTest
  @CsvSource({"9,7,4,3", "28,28,13,5", "64,50,32,32", "5,9,5,2", "3,20,7,6", "17,4,2,11"})
  void resizingIsTheTriangleFilterOfItsDefinition(int height, int width, int newH, int newW) {
    Random random = new Random(height * 31L + newW);
    float[] source = random(random, 2 * height * width);
    float[] resized = Resize.bilinear(source, 2, height, width, newH, newW);
    for (int plane = 0; plane < 2; plane++) {
      for (int y = 0; y < newH; y++) {
        for (int x = 0; x < newW; x++) {
          double sum = 0;
          double weights = 0;
          for (int sy = 0; sy < height; sy++) {
            for (int sx = 0; sx < width; sx++) {
              double weight = weight(sy, y, height, newH) * weight(sx, x, width, newW);
              sum += weight * source[(plane * height + sy) * width + sx];
              weights += weight;
            }
          }
          assertThat((double) resized[(plane * newH + y) * newW + x])
              .isCloseTo(sum / weights, within(2e-6));
        }
      }
    }
  }

  private static double weight(int from, int to, int size, int newSize) {
    double scale = (double) size / newSize;
    double distance = Math.abs((from + 0.5) - (to + 0.5) * scale) / Math.max(1, scale);
    return Math.max(0, 1 - distance);
  }

  @Test
  void theSameSizeIsTheIdentity() {
    float[] source = random(new Random(1), 3 * 5 * 7);
    assertThat(Resize.bilinear(source.clone(), 3, 5, 7, 5, 7)).containsExactly(source);
  }

  @ParameterizedTest
  @CsvSource({"1,1,4,4", "28,28,224,224", "100,37,32,32", "7,300,64,1"})
  void aConstantImageStaysConstant(int height, int width, int newHeight, int newWidth) {
    float[] source = new float[height * width];
    Arrays.fill(source, 0.7f);
    for (float value : Resize.bilinear(source, 1, height, width, newHeight, newWidth)) {
      assertThat(value).isCloseTo(0.7f, within(1e-6f));
    }
  }

  private static float[] random(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }
}
