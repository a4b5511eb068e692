package io.github.pleas.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.fit.LayerFit;
import io.github.pleas.network.Layer;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FloorTest {
  /** Weight [8, 1, 3, 3]: a convolution of one channel shares X'X between its outputs. */
  @Test
  void aConvolutionOfOneChannelIsNotDepthwise() {
    LayerFit fit = new LayerFit("w", 0, 0, 1, 1, 9, 0);
    // With the constant 10 unknowns: 55 products in the triangle, 10 for each output's X'T.
    assertThat(Floor.macs(fit, Layer.Kind.CONVOLUTION, 72)).isEqualTo(55 + 8 * 10);
    assertThat(Floor.macs(fit, Layer.Kind.DEPTHWISE, 72)).isEqualTo(8 * (55 + 10));
  }

  @Test
  void labelsOfNoKindAreRefused() {
    StringWriter said = new StringWriter();
    CommandLine line = new CommandLine(new FloorCommand()).setErr(new PrintWriter(said));
    assertThat(line.execute("a.onnx", "b.onnx", "--data", "d", "--labels", "anything"))
        .isEqualTo(2);
    assertThat(said.toString()).contains("--labels: expected shared or separate");
  }
}
