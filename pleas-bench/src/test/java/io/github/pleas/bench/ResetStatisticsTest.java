package io.github.pleas.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.ImageListener;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.ObservedGraph;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResetStatisticsTest {
  private static final String DATA = "../demo/fashion-0to4.zip";
  private static final int IMAGES = 50;

  private final Random random = new Random(3);
  private final Map<String, Tensor> constants = new LinkedHashMap<>();

  @Test
  void everyNormalizedValueHasTheMeanAndVarianceThatItsScaleAndOffsetSay(@TempDir Path folder) {
    Path model = folder.resolve("model.onnx");
    Path reset = folder.resolve("reset.onnx");
    OnnxWriter.write(graph(), model, files -> {});
    int code =
        Main.commandLine()
            .execute(
                "reset-statistics",
                model.toString(),
                reset.toString(),
                "--data",
                DATA,
                "--samples",
                Integer.toString(IMAGES));
    assertThat(code).isZero();
    Map<String, Tensor> values = valuesOf(OnnxReader.read(reset));
    for (String value : List.of("n0", "n1")) {
      requireScaled(requireNonNull(values.get(value)));
    }
  }

  private static void requireScaled(Tensor value) {
    int channels = value.dimension(1);
    int each = value.size() / value.dimension(0) / channels;
    double[] sums = new double[channels];
    double[] squares = new double[channels];
    float[] all = value.floats();
    for (int at = 0; at < all.length; at++) {
      sums[at / each % channels] += all[at];
      squares[at / each % channels] += all[at] * all[at];
    }
    double count = (double) value.dimension(0) * each;
    for (int c = 0; c < channels; c++) {
      assertThat(sums[c] / count).isCloseTo(0.5, within(1e-3));
      assertThat(squares[c] / count - 0.25).isCloseTo(4, within(4e-3));
    }
  }

  private static Map<String, Tensor> valuesOf(Graph graph) {
    try (Dataset dataset = Datasets.open(DataLocation.parse(DATA), Split.TRAIN);
        Images images =
            Images.load(dataset, IMAGES, 0, Preprocessing.plain(1, 28, 28), 1, ImageListener.NONE);
        NativeBuffer buffer = NativeBuffer.ofFloats((long) IMAGES * 28 * 28);
        ObservedGraph observed = new ObservedGraph(new OrtRuntime(1), graph)) {
      images.copyTo(0, IMAGES, buffer.floats());
      float[] pixels = new float[IMAGES * 28 * 28];
      buffer.floats().get(pixels);
      for (int i = 0; i < pixels.length; i++) {
        buffer.floats().put(i, (pixels[i] - 0.5f) / 0.5f);
      }
      Session.FloatArray batch =
          new Session.FloatArray(buffer.floats(), new int[] {IMAGES, 1, 28, 28});
      return observed.run(Map.of("x", batch), value -> true).contents();
    }
  }

  private Graph graph() {
    constants.put("fc", random(5, 4));
    List<Node> nodes =
        Stream.of(
                block("x", 1, 0),
                block("r0", 4, 1),
                Stream.of(
                    new Node("p", "GlobalAveragePool", "", List.of("r1"), List.of("p"), Map.of()),
                    new Node("f", "Flatten", "", List.of("p"), List.of("f"), Map.of()),
                    new Node(
                        "y",
                        "Gemm",
                        "",
                        List.of("f", "fc"),
                        List.of("y"),
                        Map.of("transB", new Attribute.Int(1)))))
            .flatMap(part -> part)
            .toList();
    return new Graph(
        "normalized",
        List.of(info("x", 1, 28, 28)),
        List.of(info("y", 5)),
        nodes,
        constants,
        Map.of("", 17),
        8,
        Map.of());
  }

  /** A convolution of 4 channels, normalised by wrong statistics to scale 2 and offset 0.5. */
  private Stream<Node> block(String in, int channels, int k) {
    constants.put("w" + k, random(4, channels, 3, 3));
    List<Float> numbers = List.of(2f, 0.5f, 7f, 9f);
    List<String> names = List.of("scale" + k, "offset" + k, "mean" + k, "variance" + k);
    for (int i = 0; i < names.size(); i++) {
      float number = numbers.get(i);
      constants.put(
          names.get(i),
          Tensor.ofFloats(new int[] {4}, new float[] {number, number, number, number}));
    }
    List<String> read = Stream.concat(Stream.of("c" + k), names.stream()).toList();
    return Stream.of(
        new Node("c" + k, "Conv", "", List.of(in, "w" + k), List.of("c" + k), Map.of()),
        new Node("n" + k, "BatchNormalization", "", read, List.of("n" + k), Map.of()),
        new Node("r" + k, "Relu", "", List.of("n" + k), List.of("r" + k), Map.of()));
  }

  private Tensor random(int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.ofFloats(shape, values);
  }

  private static ValueInfo info(String name, int... shape) {
    List<ValueInfo.Dimension> dimensions = new java.util.ArrayList<>();
    dimensions.add(ValueInfo.Dimension.free("batch"));
    for (int length : shape) {
      dimensions.add(ValueInfo.Dimension.of(length));
    }
    return new ValueInfo(name, ElementType.FLOAT, dimensions);
  }
}
