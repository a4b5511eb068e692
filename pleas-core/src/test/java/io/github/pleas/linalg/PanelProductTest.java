package io.github.pleas.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PanelProductTest {
  @Test
  void multipliesTheRowsThatAreAskedFor() {
    Random random = new Random(1);
    float[] x = Matrices.normal(random, 300, 5, 0, 1);
    float[] w = Matrices.normal(random, 5, 3, 0, 1);
    try (FloatPanel xs = Matrices.panel(x, 300, 5);
        FloatPanel ws = Matrices.panel(w, 5, 3);
        FloatPanel ys = new FloatPanel(300, 3)) {
      PanelProduct.multiply(xs, 2, 297, ws, ys);
      float[] y = new float[3];
      for (int row = 0; row < 300; row++) {
        ys.get(row, y);
        for (int k = 0; k < 3; k++) {
          double expected = 0;
          for (int j = 0; j < 5 && row >= 2 && row < 299; j++) {
            expected += (double) x[row * 5 + j] * w[j * 3 + k];
          }
          assertThat(y[k]).isCloseTo((float) expected, within(1e-5f));
        }
      }
    }
  }

  @Test
  void refusesPanelsThatDoNotFit() {
    try (FloatPanel x = new FloatPanel(4, 3);
        FloatPanel w = new FloatPanel(4, 2);
        FloatPanel y = new FloatPanel(4, 2)) {
      assertThatThrownBy(() -> PanelProduct.multiply(x, 0, 4, w, y))
          .hasMessage("W: expected [3, 2], found [4, 2]");
      assertThatThrownBy(() -> PanelProduct.multiply(x, 2, 3, w, y))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
