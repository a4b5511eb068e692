package io.github.pleas.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NeighboursTest {
  @Test
  void neighboursAreThoseOfTheSmallestAngleWhateverTheLengths() {
    float[] embeddings = {1, 0, /* near 0 */ 9, 1, /* opposite */ -1, 0, /* right angle */ 0, 4};
    Neighbours found = Neighbours.of(embeddings, 2, 2);
    assertThat(found.of().get(0)).containsExactly(1, 3);
    assertThat(found.of().get(3)).containsExactly(1, 0);
  }

  @Test
  void aScaledCopyKeepsAllAndAnotherOrderOnlySome() {
    Random random = new Random(1);
    float[] one = new float[100 * 8];
    float[] scaled = new float[one.length];
    float[] other = new float[one.length];
    for (int i = 0; i < one.length; i++) {
      one[i] = (float) random.nextGaussian();
      scaled[i] = 3 * one[i];
      other[i] = (float) random.nextGaussian();
    }
    Neighbours of = Neighbours.of(one, 8, 10);
    assertThat(of.keptBy(Neighbours.of(scaled, 8, 10))).isEqualTo(1);
    // Of others, a tenth by chance.
    assertThat(of.keptBy(Neighbours.of(other, 8, 10))).isBetween(0.04, 0.2);
    assertThat(Neighbours.cosine(one, scaled, 8)).isBetween(0.999999, 1.000001);
    assertThat(List.copyOf(of.of())).hasSize(100);
  }
}
