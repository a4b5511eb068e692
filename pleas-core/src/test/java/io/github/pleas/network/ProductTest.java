package io.github.pleas.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProductTest {
  /**
   * However an attention is written, each of its heads multiplies positions with positions over the
   * features of query and key, and over those of the value: 16 x 16 positions, or in windows 4
   * times 4 x 4.
   */
  @ParameterizedTest
  @EnumSource(AttentionForms.class)
  void attentionCostsTheSameHoweverItIsWritten(AttentionForms form) {
    long heads = form.queryHeads();
    long pairs = form == AttentionForms.WINDOWS ? 4 * 4 * 4 : 16 * 16;
    long features = form.features() / heads;
    Network network = form.network(1, true);
    long layers = network.layers().stream().mapToLong(layer -> layer.macs(network)).sum();
    assertThat(network.macsOfProducts()).isEqualTo(heads * pairs * (form.compared() + features));
    assertThat(network.macs()).isEqualTo(layers + network.macsOfProducts());
  }
}
