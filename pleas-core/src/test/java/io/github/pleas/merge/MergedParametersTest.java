package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.InvalidInputException;
import io.github.pleas.architecture.Architectures;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.architecture.Reference;
import io.github.pleas.architecture.SeededStateDict;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A merged network in the parameters of its original's state dict. */
class MergedParametersTest {
  private static final int SIZE = 48;
  private static final Architectures ARCHITECTURES = Architectures.standard();

  /** Two networks of a reference's architecture, merged. */
  private record Case(
      SeededStateDict dict, BuiltNetwork original, MergeResult merged, int channels) {
    static Case of(String label, MergeOptions options) {
      Reference reference = Reference.named(label);
      SeededStateDict first = new SeededStateDict(reference.shapes(), 1, reference.gain());
      SeededStateDict second = new SeededStateDict(reference.shapes(), 2, reference.gain());
      BuiltNetwork a = build(first);
      int channels = reference.input()[1];
      MergeResult merged = Merging.merge(read(a), read(build(second)), images(channels), options);
      return new Case(first, a, merged, channels);
    }

    Map<String, Tensor> parameters() {
      return MergedParameters.of(original, merged, Runs.RUNTIME, images(channels));
    }

    BuiltNetwork rebuilt() {
      return build(new MergedStateDict(dict, parameters()));
    }

    double error() {
      Images fresh = RandomImages.normal(6, channels, SIZE, SIZE, 99);
      Network dense =
          new NetworkReader(Runs.RUNTIME, Optional.empty()).of(merged.graph(), "merged");
      Map<String, Logits> expected = Merging.outputs(dense, fresh);
      return Merging.error(
          Merging.only(expected), Merging.only(Merging.outputs(read(rebuilt()), fresh)));
    }
  }

  private static BuiltNetwork build(StateDict dict) {
    return ARCHITECTURES.build(dict, "auto", Optional.of(new int[] {SIZE, SIZE}), "test");
  }

  private static Network read(BuiltNetwork built) {
    return new NetworkReader(Runs.RUNTIME, Optional.empty()).of(built.graph(), "test");
  }

  private static CalibrationImages images(int channels) {
    return new CalibrationImages(
        RandomImages.normal(10, channels, SIZE, SIZE, 1),
        Optional.of(RandomImages.normal(10, channels, SIZE, SIZE, 2)));
  }

  private static MergeOptions shared(double fraction) {
    return Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, fraction);
  }

  private static Map<String, String> shapes(StateDict dict) {
    Map<String, String> shapes = new LinkedHashMap<>();
    dict.entries().forEach(e -> shapes.put(e.name(), java.util.Arrays.toString(e.shape())));
    return shapes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet18-grey", // BatchNormalization folded into convolutions
        "timm-densenet121", // and some that stands by itself
        "mobilenet_v3_small", // depthwise, gates, a hidden layer in the head
        "vit-a", // products of matrices, LayerNorm, a class token
        "timm-convnext_nano" // kernels used as matrices, scales of channels
      })
  void fullyMergedItLoadsIntoTheUnmodifiedArchitecture(String label) {
    Case merge = Case.of(label, shared(0));
    assertThat(shapes(new MergedStateDict(merge.dict(), merge.parameters())))
        .isEqualTo(shapes(merge.dict()));
    assertThat(merge.error()).as(label).isLessThan(1e-4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18-grey", "mobilenet_v3_small"})
  void partlyMergedItIsTheSameArchitectureButWider(String label) {
    Case merge = Case.of(label, shared(0.3));
    assertThat(shapes(new MergedStateDict(merge.dict(), merge.parameters())))
        .isNotEqualTo(shapes(merge.dict()))
        .containsOnlyKeys(shapes(merge.dict()).keySet());
    assertThat(merge.error()).as(label).isLessThan(1e-4);
  }

  @Test
  void runningStatisticsAreThoseOfTheConvolutionsOnTheCalibrationImages() {
    Case merge = Case.of("resnet18-grey", shared(0));
    BuiltNetwork rebuilt = merge.rebuilt();
    Set<String> convolutions =
        rebuilt.graph().nodes().stream()
            .filter(node -> node.is("Conv"))
            .map(node -> node.output())
            .collect(Collectors.toSet());
    Map<String, int[]> found =
        io.github.pleas.runtime.Observation.of(
                Runs.RUNTIME, rebuilt.graph(), feed(merge.channels()), name -> false)
            .shapes();
    Map<String, ChannelMoments> moments =
        ChannelMoments.of(
            Runs.RUNTIME,
            rebuilt.graph(),
            convolutions,
            name ->
                name.equals("input")
                    ? new io.github.pleas.runtime.ValueShape(
                        new int[] {1, merge.channels(), SIZE, SIZE}, 0)
                    : shape(requireNonNull(found.get(name))),
            images(merge.channels()));
    ChannelMoments last = requireNonNull(moments.get("layer4.1.conv2"));
    Map<String, Tensor> parameters = merge.parameters();
    Tensor mean = requireNonNull(parameters.get("layer4.1.bn2.running_mean"));
    Tensor variance = requireNonNull(parameters.get("layer4.1.bn2.running_var"));
    Tensor weight = requireNonNull(parameters.get("layer4.1.bn2.weight"));
    for (int c = 0; c < mean.size(); c++) {
      double deviation = Math.sqrt(last.variance()[c]);
      assertThat(deviation).isPositive();
      assertThat((double) mean.floats()[c]).isCloseTo(last.mean()[c], within(1e-3 * deviation));
      assertThat(Math.sqrt(variance.floats()[c])).isCloseTo(deviation, within(1e-3 * deviation));
      assertThat((double) weight.floats()[c]).isCloseTo(deviation, within(1e-2 * deviation));
    }
  }

  private static Map<String, io.github.pleas.runtime.Session.FloatArray> feed(int channels) {
    int[] shape = {1, channels, SIZE, SIZE};
    var buffer =
        java.nio.ByteBuffer.allocateDirect((int) (4 * Tensor.count(shape)))
            .order(java.nio.ByteOrder.nativeOrder())
            .asFloatBuffer();
    return Map.of("input", new io.github.pleas.runtime.Session.FloatArray(buffer, shape));
  }

  private static io.github.pleas.runtime.ValueShape shape(int[] dimensions) {
    return new io.github.pleas.runtime.ValueShape(dimensions, 0);
  }

  @Test
  void headsOfSeparateLabelsBecomeOne() {
    Case merge =
        Case.of(
            "resnet18-grey",
            Merging.options(Merging.SEPARATE, FitMethod.PROGRESSIVE, HeadFit.TASKS, 0));
    Images fresh = RandomImages.normal(4, 1, SIZE, SIZE, 99);
    Logits both = Merging.only(Merging.outputs(read(merge.rebuilt()), fresh));
    Network dense =
        new NetworkReader(Runs.RUNTIME, Optional.empty()).of(merge.merged().graph(), "merged");
    Map<String, Logits> expected = Merging.outputs(dense, fresh);
    float[] left = requireNonNull(expected.get("logits_left")).values();
    float[] right = requireNonNull(expected.get("logits_right")).values();
    int classes = left.length / 4;
    for (int i = 0; i < 4; i++) {
      for (int c = 0; c < 2 * classes; c++) {
        float value = c < classes ? left[i * classes + c] : right[i * classes + c - classes];
        assertThat(both.values()[i * 2 * classes + c]).isCloseTo(value, within(1e-3f));
      }
    }
  }

  @Test
  void halfPrecisionStaysHalfPrecision() {
    Case merge = Case.of("resnet18-grey", shared(0));
    StateDict half =
        new MergedStateDict(
            io.github.pleas.checkpoint.Precision.FLOAT16.of(merge.dict()), merge.parameters());
    assertThat(half.entries()).allMatch(entry -> entry.type() == ElementType.FLOAT16);
  }

  @Test
  void layersInBlocksHaveNoPlace() {
    Case merge = Case.of("resnet18-grey", shared(0.3).withLayout(Layout.BLOCKS));
    assertThatThrownBy(merge::parameters)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--layout dense");
  }
}
