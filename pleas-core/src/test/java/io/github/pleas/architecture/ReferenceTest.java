package io.github.pleas.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network built from a state dict computes what the real library does. */
class ReferenceTest {
  private static final Architectures ARCHITECTURES = Architectures.standard();
  private static final OrtRuntime RUNTIME = new OrtRuntime(2);

  /** Rounding of single precision in up to some hundred layers. */
  private static final double TOLERANCE = 3e-4;

  static Stream<Reference> references() {
    return Reference.all().stream();
  }

  @ParameterizedTest
  @MethodSource("references")
  void computesWhatTheLibraryDoes(Reference reference) {
    assertThat(error(reference, reference.arch())).isLessThan(TOLERANCE);
  }

  /** What no shape shows is seen by the test above, were it wrong. */
  @ParameterizedTest
  @CsvSource({
    "efficientnet_b5, efficientnet_b5:eps=1e-5",
    "efficientnet_v2_s, efficientnet_v2_s:eps=1e-5",
    "mobilenet_v3_large, mobilenet_v3_large:eps=1e-5",
    "resnet50, resnet50:eps=1e-3",
    "vit-b, vit:head_width=32"
  })
  void aWrongConstantIsSeen(String label, String architecture) {
    assertThat(error(Reference.named(label), architecture)).isGreaterThan(TOLERANCE);
  }

  /** The largest difference of outputs, relative to the largest output. */
  private static double error(Reference reference, String architecture) {
    int[] input = reference.input();
    BuiltNetwork network =
        ARCHITECTURES.build(
            reference.dict(),
            architecture,
            Optional.of(new int[] {input[2], input[3]}),
            reference.label());
    float[] found = run(network.graph(), reference);
    int classes = reference.outputs().get(0).length;
    double largest = 0;
    double error = 0;
    for (int image = 0; image < input[0]; image++) {
      for (int c = 0; c < classes; c++) {
        double expected = reference.outputs().get(image)[c];
        largest = Math.max(largest, Math.abs(expected));
        error = Math.max(error, Math.abs(found[image * classes + c] - expected));
      }
    }
    return error / largest;
  }

  private static float[] run(Graph graph, Reference reference) {
    int[] shape = reference.input();
    int[] result = {shape[0], reference.outputs().get(0).length};
    int count = (int) Tensor.count(shape);
    try (NativeBuffer images = NativeBuffer.ofFloats(count);
        NativeBuffer logits = NativeBuffer.ofFloats(Tensor.count(result));
        Session session = RUNTIME.open(graph)) {
      FloatBuffer floats = images.floats();
      floats.put(SeededStateDict.uniform(reference.seed(), "input", count, -1, 1)).flip();
      session.run(
          Map.of(graph.inputs().get(0).name(), new Session.FloatArray(floats, shape)),
          Map.of(graph.outputs().get(0).name(), new Session.FloatArray(logits.floats(), result)));
      float[] values = new float[(int) Tensor.count(result)];
      logits.floats().get(values);
      return values;
    }
  }
}
