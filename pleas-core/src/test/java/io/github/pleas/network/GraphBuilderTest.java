package io.github.pleas.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.runtime.OrtRuntime;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  @Test
  void aResidualBlockIsReadAndItsShapesAreObserved() {
    GraphBuilder g = new GraphBuilder(1);
    String x = g.input("x", 3, 8, 8);
    String stem = g.relu(g.batchNorm(g.conv(x, 3, 6, 3), 6));
    String block = g.relu(g.add(stem, g.conv(g.relu(g.conv(stem, 6, 5, 3)), 5, 6, 3)));
    String out = g.gemm(g.pooled(block), 6, 4);
    Network network =
        new NetworkReader(new OrtRuntime(1), Optional.empty()).of(g.build(out), "test");
    assertThat(network.shape(out).forBatch(5)).containsExactly(5, 4);
    assertThat(network.layers()).hasSize(4);
    assertThat(network.graph().nodes()).noneMatch(n -> n.is("BatchNormalization"));
  }
}
