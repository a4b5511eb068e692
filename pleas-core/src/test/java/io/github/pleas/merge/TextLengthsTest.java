package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.Network;
import io.github.pleas.network.TinyBert;
import org.junit.jupiter.api.Test;

/**
 * Whether a graph is free of the length of texts is found by running it. What it computes of texts
 * longer than that is compared with originals read for these in {@link TextMergeTest}.
 */
class TextLengthsTest {
  private static final TinyBert.Output OUTPUT = TinyBert.Output.HIDDEN;

  private final Network network = TinyBert.network(1, OUTPUT, 9);
  private final TextLengths lengths = new TextLengths(Merging.runtime(), network);

  @Test
  void aGraphForAnyLengthAgreesWithWhatItIsAtOne() {
    assertThat(lengths.agree(network.graph(), TinyBert.graph(1, OUTPUT))).isTrue();
  }

  @Test
  void aGraphThatHoldsALengthOrComputesSomethingElseDoesNot() {
    assertThat(lengths.agree(network.graph(), network.graph())).isFalse();
    assertThat(lengths.agree(network.graph(), TinyBert.graph(2, OUTPUT))).isFalse();
  }
}
