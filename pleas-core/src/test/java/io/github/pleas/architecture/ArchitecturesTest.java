package io.github.pleas.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is recognised, inferred and refused. */
class ArchitecturesTest {
  private static final Architectures ARCHITECTURES = Architectures.standard();

  private static StateDict changed(String label, Consumer<Map<String, int[]>> change) {
    Reference reference = Reference.named(label);
    Map<String, int[]> shapes = new LinkedHashMap<>(reference.shapes());
    change.accept(shapes);
    return new SeededStateDict(shapes, 1, 3);
  }

  private static BuiltNetwork build(String label, String architecture) {
    return ARCHITECTURES.build(
        Reference.named(label).dict(), architecture, Optional.empty(), label + ".pth");
  }

  @Test
  void everyReferenceIsRecognisedByItsStructureAlone() {
    Map<String, String> found = new TreeMap<>();
    for (Reference reference : Reference.all()) {
      found.put(reference.label(), ARCHITECTURES.recognise(reference.dict()).orElse("nothing"));
    }
    // The stored networks are narrower than the published ones: what differs in widths only, such
    // as
    // wide_resnet50_2 and resnet50, has the more common name.
    Map<String, String> expected = new TreeMap<>();
    for (Reference reference : Reference.all()) {
      expected.put(
          reference.label(),
          switch (reference.arch()) {
            case "wide_resnet50_2", "resnext50_32x4d" -> "resnet50";
            case "wide_resnet101_2", "resnext101_32x8d", "resnext101_64x4d" -> "resnet101";
            case "convnext_base", "convnext_large" -> "convnext_small";
            case "efficientnet_b1" -> "efficientnet_b2";
            case "mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3", "mnasnet_100" ->
                "mnasnet";
            case "shufflenet_v2_x0_5", "shufflenet_v2_x1_0" -> "shufflenet_v2_x2_0";
            case "mobilenetv2_100" -> "mobilenet_v2";
            case "mobilenetv3_large_100" -> "mobilenet_v3_large";
            case "mobilenetv3_small_100" -> "mobilenet_v3_small";
            case "efficientnetv2_s", "efficientnetv2_rw_s" -> "efficientnet_v2_s";
            case "regnetx_016" -> "regnet_x_1_6gf";
            case "regnety_032" -> "regnet_y_3_2gf";
            default -> reference.arch();
          });
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void noReferenceFitsTwoArchitectures() {
    for (Reference reference : Reference.all()) {
      assertThat(
              ARCHITECTURES.build(
                  reference.dict(), "auto", Optional.of(size(reference)), reference.label()))
          .as(reference.label())
          .isNotNull();
    }
  }

  private static int[] size(Reference reference) {
    return new int[] {reference.input()[2], reference.input()[3]};
  }

  @ParameterizedTest
  @CsvSource({
    "wide_resnet50_2, layer1.0.conv2.weight, 128x128x3x3",
    "resnext50_32x4d, layer1.0.conv2.weight, 128x4x3x3",
    "resnet50, layer1.0.conv2.weight, 64x64x3x3"
  })
  void publishedWidthsTellNetworksOfTheSameDepthsApart(
      String name, String parameter, String shape) {
    Recognised widths = new Recognised("resnet50");
    int factor = name.startsWith("wide") || name.startsWith("resnext") ? 2 : 1;
    widths.stage(1, 64 * factor, name.equals("resnext50_32x4d") ? 4 : 64 * factor);
    assertThat(widths.dict().entries())
        .anySatisfy(
            entry -> {
              assertThat(entry.name()).isEqualTo(parameter);
              assertThat(Parameters.text(ints(entry.shape())).replaceAll("[\\[\\]]", ""))
                  .isEqualTo(shape.replace("x", ", "));
            });
    assertThat(ARCHITECTURES.recognise(widths.dict())).contains(name);
  }

  private static int[] ints(long[] shape) {
    return java.util.Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
  }

  /** A narrow network, one of whose stages is given other inner widths. */
  private static final class Recognised {
    private final Map<String, int[]> shapes;

    Recognised(String label) {
      this.shapes = new LinkedHashMap<>(Reference.named(label).shapes());
    }

    void stage(int stage, int inner, int perGroup) {
      shapes.replaceAll(
          (name, shape) -> {
            if (!name.startsWith("layer" + stage + ".")) {
              return shape;
            }
            if (name.endsWith("conv2.weight")) {
              return new int[] {inner, perGroup, 3, 3};
            }
            if (name.endsWith("conv1.weight")) {
              return new int[] {inner, shape[1], 1, 1};
            }
            if (name.endsWith("conv3.weight")) {
              return new int[] {shape[0], inner, 1, 1};
            }
            return name.contains(".bn1.") || name.contains(".bn2.") ? new int[] {inner} : shape;
          });
    }

    StateDict dict() {
      return new SeededStateDict(shapes, 1, 3);
    }
  }

  @Test
  void widthsClassesAndChannelsComeFromTheParameters() {
    BuiltNetwork network = build("resnet18-grey", "resnet18");
    assertThat(network.graph().inputs())
        .containsExactly(
            new ValueInfo(
                "input",
                ElementType.FLOAT,
                List.of(
                    ValueInfo.Dimension.free("batch"),
                    ValueInfo.Dimension.of(1),
                    ValueInfo.Dimension.free("height"),
                    ValueInfo.Dimension.free("width"))));
    assertThat(network.graph().outputs().get(0).shape()).contains(ValueInfo.Dimension.of(10));
    assertThat(network.graph().initializers()).containsKey("layer4.1.conv2.weight");
    assertThat(network.graph().nodes().stream().map(Node::name))
        .contains("layer4.1.conv2", "layer4.1.bn2", "layer4.1.relu");
    assertThat(network.graph().nodes().stream().filter(n -> n.is("BatchNormalization")).count())
        .isEqualTo(20);
  }

  @Test
  void aTransformersPositionsTellTheSizeOfItsImages() {
    assertThat(build("vit-a", "vit").graph().inputs().get(0).shape().subList(2, 4))
        .containsExactly(ValueInfo.Dimension.of(48), ValueInfo.Dimension.of(48));
    assertThatThrownBy(
            () ->
                ARCHITECTURES.build(
                    Reference.named("vit-a").dict(),
                    "vit",
                    Optional.of(new int[] {64, 64}),
                    "vit.pth"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("48 x 48");
  }

  @Test
  void anUnknownNameIsToldTheNearest() {
    assertThatThrownBy(() -> build("resnet18", "resnt18"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("resnt18; did you mean resnet18?")
        .hasMessageContaining("vit_b_16");
  }

  @Test
  void anotherArchitectureIsNamed() {
    assertThatThrownBy(() -> build("resnet34", "resnet18"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("resnet34.pth is no resnet18")
        .hasMessageContaining("is a resnet34");
    assertThatThrownBy(() -> build("vgg11", "resnet18"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it is a vgg11")
        .hasMessageContaining("missing")
        .hasMessageContaining("conv1.weight [?, ?, 7, 7]")
        .hasMessageContaining("unexpected")
        .hasMessageContaining("features.0.weight");
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "auto"})
  void everyParameterThatDoesNotFitIsListed(String architecture) {
    StateDict dict =
        changed(
            "resnet18",
            shapes -> {
              shapes.remove("layer2.0.bn1.bias");
              shapes.put("layer3.1.conv2.weight", new int[] {128, 64, 3, 3});
              shapes.put("extra.weight", new int[] {7});
            });
    assertThatThrownBy(() -> ARCHITECTURES.build(dict, architecture, Optional.empty(), "a.pth"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("resnet18")
        .hasMessageContaining("layer2.0.bn1.bias [64]")
        .hasMessageContaining(
            "layer3.1.conv2.weight: expected [?, 128, ?, ?], found [128, 64, 3, 3]")
        .hasMessageContaining("extra.weight [7]");
  }

  @Test
  void aWholeBlockThatIsMissingIsMissedByName() {
    StateDict dict =
        changed("resnet34", shapes -> shapes.keySet().removeIf(n -> n.startsWith("layer2.1.")));
    assertThatThrownBy(() -> ARCHITECTURES.build(dict, "resnet34", Optional.empty(), "a.pth"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("layer2.1.conv1.weight");
  }

  @Test
  void absurdNumbersAndShapesAreRefusedLikeOthers() {
    StateDict far =
        changed("resnet18", shapes -> shapes.put("layer2.999999.conv1.weight", new int[] {1, 1}));
    assertThatThrownBy(() -> ARCHITECTURES.build(far, "resnet18", Optional.empty(), "a.pth"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("layer2.* (most of 0 to 999999)");
    StateDict empty =
        changed(
            "shufflenet_v2_x1_0",
            shapes -> shapes.put("conv1.0.weight", new int[] {Integer.MAX_VALUE, 3, 3, 0}));
    assertThatThrownBy(() -> ARCHITECTURES.build(empty, "auto", Optional.empty(), "a.pth"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("conv1.0.weight: expected [?, ?, 3, 3], found [2147483647, 3, 3, 0]");
  }

  @Test
  void lengthsBeyondAnArraysAreRefusedLikeOthers() {
    assertThatThrownBy(
            () ->
                ARCHITECTURES.build(
                    new Lengths(Map.of("conv1.weight", new long[] {0, 3_000_000_000L})),
                    "resnet18",
                    Optional.empty(),
                    "a.pth"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a.pth is no resnet18")
        .hasMessageContaining("conv1.weight: expected [?, ?, 7, 7]");
  }

  /** Shapes without values. */
  private record Lengths(Map<String, long[]> shapes) implements StateDict {
    @Override
    public List<Entry> entries() {
      return shapes.entrySet().stream()
          .map(e -> new Entry(e.getKey(), ElementType.FLOAT, e.getValue()))
          .toList();
    }

    @Override
    public Tensor read(String name) {
      throw new IllegalArgumentException(name + " has no values");
    }

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @CsvSource({
    "resnet18, conv1.weight, 7",
    "resnet50, conv1.weight, 7",
    "vgg11, features.0.weight, 3",
    "alexnet, features.0.weight, 11",
    "densenet121, features.conv0.weight, 7",
    "mobilenet_v2, features.0.0.weight, 3",
    "mobilenet_v3_small, features.0.0.weight, 3",
    "mnasnet0_5, layers.0.weight, 3",
    "efficientnet_b0, features.0.0.weight, 3",
    "shufflenet_v2_x0_5, conv1.0.weight, 3",
    "regnet_y_400mf, stem.0.weight, 3",
    "convnext_tiny, features.0.0.weight, 4",
    "squeezenet1_0, features.0.weight, 7",
    "squeezenet1_1, features.0.weight, 3"
  })
  void aFirstLayerOfAnotherKernelIsAnotherNetworks(String label, String weight, int kernel) {
    StateDict dict =
        changed(
            label,
            shapes ->
                shapes.computeIfPresent(
                    weight,
                    (name, shape) -> {
                      assertThat(shape).endsWith(kernel, kernel);
                      int other = kernel == 3 ? 5 : 3;
                      return new int[] {shape[0], shape[1], other, other};
                    }));
    assertThat(ARCHITECTURES.recognise(dict)).isEmpty();
    for (String architecture : List.of("auto", Reference.named(label).arch())) {
      assertThatThrownBy(() -> ARCHITECTURES.build(dict, architecture, Optional.empty(), "a.pth"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("%s: expected [?, ?, %d, %d]".formatted(weight, kernel, kernel))
          .hasMessageContaining("as for small images, tells of other strides and poolings");
    }
  }

  @Test
  void constantsThatShapesDoNotShowCanBeSet() {
    assertThat(build("vit-a", "vit:head_width=32").graph())
        .isNotEqualTo(build("vit-a", "vit").graph());
    assertThatThrownBy(() -> build("vit-a", "vit:head_width=60"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("128 features")
        .hasMessageContaining("head_width");
    assertThatThrownBy(() -> build("resnet18", "resnet18:slope=1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no constant slope");
  }

  @Test
  void aConstantLeavesThoseToChooseFromThatHaveIt() {
    assertThat(build("vit-a", "auto:head_width=32").graph())
        .isEqualTo(build("vit-a", "vit:head_width=32").graph());
    assertThatThrownBy(() -> build("resnet18", "auto:head_width=32"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("resnet18.pth is of no architecture that has head_width")
        .hasMessageContaining("it is a resnet18");
    assertThatThrownBy(() -> build("resnet18", "auto:slope=1"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--arch auto: no architecture has slope");
  }

  @Test
  void countersOfBatchesAreNoParameters() {
    StateDict dict =
        changed("resnet18", shapes -> shapes.put("bn1.num_batches_tracked", new int[0]));
    assertThat(ARCHITECTURES.recognise(dict)).contains("resnet18");
  }

  @Test
  void neitherIsTheCountOfAveragedNetworks() {
    StateDict dict = changed("resnet18", shapes -> shapes.put("n_averaged", new int[0]));
    assertThat(ARCHITECTURES.recognise(dict)).contains("resnet18");
  }

  @Test
  void oldNamesOfDenseNetAndOfTransformersAreKnown() {
    StateDict dense = renamed("densenet121", "(denselayer\\d+\\.(?:norm|conv))([12])\\.", "$1.$2.");
    assertThat(dense.entries().stream().map(StateDict.Entry::name))
        .contains("features.denseblock1.denselayer1.norm.1.weight");
    assertThat(ARCHITECTURES.recognise(dense)).contains("densenet121");
    StateDict vit = renamed("vit-a", "mlp\\.0\\.", "mlp.linear_1.");
    Map<String, int[]> shapes = new LinkedHashMap<>();
    vit.entries()
        .forEach(e -> shapes.put(e.name().replace("mlp.3.", "mlp.linear_2."), ints(e.shape())));
    assertThat(ARCHITECTURES.recognise(new SeededStateDict(shapes, 1, 3))).contains("vit");
  }

  private static StateDict renamed(String label, String pattern, String replacement) {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    Reference.named(label)
        .shapes()
        .forEach((name, shape) -> shapes.put(name.replaceAll(pattern, replacement), shape));
    return new SeededStateDict(shapes, 1, 3);
  }

  @Test
  void whatTimmWritesBehindAPointDoesNotCount() {
    assertThat(build("timm-resnet18", "resnet18.a1_in1k").architecture()).isEqualTo("resnet18");
  }
}
