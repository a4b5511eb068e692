package io.github.pleas.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.fit.LayerFit;
import io.github.pleas.network.Layer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
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

  @Test
  void stagesArePrintedWithTheirSharesAndDistances() {
    StringWriter said = new StringWriter();
    CommandLine line = new CommandLine(new FloorCommand()).setOut(new PrintWriter(said));
    String demo = Path.of("..", "demo").toString();
    assertThat(
            line.execute(
                demo + "/resnet20w16-0to4.onnx",
                demo + "/resnet20w16-5to9.onnx",
                "--data=" + demo + "/fashion-0to4.zip",
                "--data=" + demo + "/fashion-5to9.zip",
                "--labels=separate",
                "--samples=8"))
        .isZero();
    assertThat(said.toString())
        .containsPattern("activations +\\S+ s, +\\S+ s of processor time, +\\d+ % of the merge")
        .containsPattern("activations +\\S+ times A's and B's passes")
        .containsPattern("fit +\\S+ times the merged one's pass and the moments")
        .containsPattern("merge, of processor times +\\S+ times the floor");
  }
}
