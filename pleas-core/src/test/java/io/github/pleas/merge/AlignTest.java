package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.PleasException;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlignTest {
  /** Two equal units with weights of 1e9 and -1e9: what is left depends on the order of adding. */
  @Test
  void aNetworkThatIsAnotherInAnotherOrderIsFoundOutBeforeImagesAreRead() {
    GraphBuilder g = new GraphBuilder(1);
    float[] first = new float[6 * 192];
    for (int i = 0; i < first.length; i++) {
      first[i] = (float) Math.sin(i < 2 * 192 ? i % 192 : i);
    }
    float[] second = new float[5 * 6];
    for (int i = 0; i < second.length; i++) {
      second[i] = i % 6 == 0 ? 1e9f : i % 6 == 1 ? -1e9f : 1;
    }
    String h = g.relu(linear(g, g.node("Flatten", g.input("x", 3, 8, 8)), 6, first));
    Network network = SmallNetworks.read(g.build(linear(g, h, 5, second)));
    Merger merger =
        new Merger(
            Merging.runtime(),
            Merging.options(Merging.SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0));
    assertThatThrownBy(() -> merger.align(network, network))
        .isInstanceOf(PleasException.class)
        .hasMessageContainingAll("test network", "relative error", "defect");
  }

  private static String linear(GraphBuilder g, String x, int outputs, float[] weight) {
    String w = g.constant(Tensor.ofFloats(new int[] {outputs, weight.length / outputs}, weight));
    return g.node("Gemm", Map.of("transB", new Attribute.Int(1)), x, w);
  }
}
