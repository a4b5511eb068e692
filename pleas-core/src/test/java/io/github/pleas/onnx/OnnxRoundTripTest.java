package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class OnnxRoundTripTest {
  @Property(tries = 200)
  void whatIsWrittenIsReadAgain(@ForAll long seed) {
    Graph graph = new RandomGraphs(seed).graph();
    assertThat(OnnxReader.parse(OnnxWriter.toBytes(graph), "test")).isEqualTo(graph);
  }

  @Property(tries = 20)
  void theSameGraphGivesTheSameBytes(@ForAll long seed) {
    assertThat(OnnxWriter.toBytes(new RandomGraphs(seed).graph()))
        .isEqualTo(OnnxWriter.toBytes(new RandomGraphs(seed).graph()));
  }
}
