package io.github.pleas.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
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
    int[] input = reference.input();
    BuiltNetwork network =
        ARCHITECTURES.build(
            reference.dict(),
            reference.arch(),
            Optional.of(new int[] {input[2], input[3]}),
            reference.label());
    float[] found = run(network.graph(), reference);
    double largest =
        reference.outputs().stream()
            .flatMapToDouble(Arrays::stream)
            .map(Math::abs)
            .max()
            .orElseThrow();
    int classes = reference.outputs().get(0).length;
    for (int image = 0; image < input[0]; image++) {
      for (int c = 0; c < classes; c++) {
        assertThat((double) found[image * classes + c])
            .as("image %d, class %d", image, c)
            .isCloseTo(
                reference.outputs().get(image)[c],
                org.assertj.core.data.Offset.offset(TOLERANCE * largest));
      }
    }
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
