package io.github.pleas.symmetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks made up at random prove themselves. */
class RandomNetworksTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
  void reorderingTheUnitsOfARandomNetworkKeepsItsOutputs(long first) {
    int groups = 0;
    for (long seed = 8 * first; seed < 8 * first + 8; seed++) {
      groups += Checked.of(RandomNetworks.of(seed)).symmetry().groups().size();
    }
    assertThat(groups).as("groups in eight networks").isGreaterThan(16);
  }
}
