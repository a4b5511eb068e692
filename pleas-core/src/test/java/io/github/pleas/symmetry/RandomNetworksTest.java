package io.github.pleas.symmetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks made up at random prove themselves. */
class RandomNetworksTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90})
  void reorderingTheUnitsOfARandomNetworkKeepsItsOutputs(long first) {
    int groups = 0;
    for (long seed = first; seed < first + 10; seed++) {
      groups += Checked.of(RandomNetworks.of(seed)).symmetry().groups().size();
    }
    assertThat(groups).as("groups in ten networks").isGreaterThan(20);
  }
}
