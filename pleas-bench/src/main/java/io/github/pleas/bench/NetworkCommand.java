package io.github.pleas.bench;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ModelFiles;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a large perceptron of random weights, to permute and convert. */
@Command(
    name = "network",
    description =
        "Writes a perceptron of random weights for images of 3 x 16 x 16: hidden layers of equal"
            + " width, as many as make up the size.",
    mixinStandardHelpOptions = true)
public final class NetworkCommand implements Callable<Integer> {
  private static final int INPUTS = 3 * 16 * 16;
  private static final int CLASSES = 10;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "OUT", description = "An ONNX file.")
  private Path out;

  @Option(
      names = "--gigabytes",
      paramLabel = "N",
      defaultValue = "2.3",
      description = "Its size, at least. Default: ${DEFAULT-VALUE}.")
  private double gigabytes;

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "8192",
      description = "Units of a hidden layer. Default: ${DEFAULT-VALUE}.")
  private int width;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Which weights. Default: 0.")
  private long seed;

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> weights = new LinkedHashMap<>();

  @Override
  public Integer call() {
    ModelFiles written = OnnxWriter.write(graph(), out, files -> {});
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%s: %d layers; weights in %s%n",
            out,
            weights.size() / 2,
            written.data().map(data -> data.path().toString()).orElse("it"));
    return 0;
  }

  private Graph graph() {
    SplittableRandom random = new SplittableRandom(seed);
    nodes.add(new Node("flatten", "Flatten", "", List.of("x"), List.of("flat"), Map.of()));
    String value = linear("flat", INPUTS, width, random);
    int layers = (int) Math.ceil(1e9 * gigabytes / (4.0 * width * width));
    for (int layer = 0; layer < layers; layer++) {
      String relu = "relu" + layer;
      nodes.add(new Node(relu, "Relu", "", List.of(value), List.of(relu), Map.of()));
      value = linear(relu, width, width, random);
    }
    nodes.add(new Node("last", "Relu", "", List.of(value), List.of("last"), Map.of()));
    value = linear("last", width, CLASSES, random);
    return new Graph(
        "perceptron",
        List.of(info("x", 3, 16, 16)),
        List.of(info(value, CLASSES)),
        nodes,
        weights,
        Map.of("", 17),
        8,
        Map.of());
  }

  private String linear(String in, int inputs, int outputs, SplittableRandom random) {
    String name = "fc" + weights.size() / 2;
    float[] matrix = new float[Math.multiplyExact(inputs, outputs)];
    float scale = (float) Math.sqrt(6.0 / inputs); // keeps the size of what Relu lets through
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = random.nextInt() * 0x1p-31f * scale;
    }
    weights.put(name + ".weight", Tensor.ofFloats(new int[] {outputs, inputs}, matrix));
    weights.put(name + ".bias", Tensor.ofFloats(new int[] {outputs}, new float[outputs]));
    nodes.add(
        new Node(
            name,
            "Gemm",
            "",
            List.of(in, name + ".weight", name + ".bias"),
            List.of(name),
            Map.of("transB", new Attribute.Int(1))));
    return name;
  }

  private static ValueInfo info(String name, int... shape) {
    List<ValueInfo.Dimension> dimensions = new ArrayList<>();
    dimensions.add(ValueInfo.Dimension.free("batch"));
    for (int length : shape) {
      dimensions.add(ValueInfo.Dimension.of(length));
    }
    return new ValueInfo(name, ElementType.FLOAT, dimensions);
  }
}
