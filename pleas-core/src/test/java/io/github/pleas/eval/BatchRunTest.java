package io.github.pleas.eval;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.network.SmallNetworks;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.ValueShape;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a run of batches owns goes with it, and so it does where it cannot begin. */
class BatchRunTest {
  @Test
  void aRunThatCannotBeginSaysWhyAndClosesItsSession() {
    for (String fails : List.of("x", "output")) {
      Session session = new OrtRuntime(1).open(SmallNetworks.PERCEPTRON.graph(1));
      Predictor.Signature signature =
          new Predictor.Signature(
              List.of("x"), List.of("output"), name -> shape(name, fails), OptionalInt.empty());
      assertThatThrownBy(() -> new BatchRun(session, signature))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no shape of " + fails);
      try (NativeBuffer image = NativeBuffer.ofFloats(3 * 8 * 8)) {
        Session.FloatArray array = new Session.FloatArray(image.floats(), new int[] {1, 3, 8, 8});
        assertThatThrownBy(() -> session.run(Map.of("x", array), Map.of()))
            .hasStackTraceContaining("closed");
      }
    }
  }

  private static ValueShape shape(String name, String fails) {
    if (name.equals(fails)) {
      throw new IllegalArgumentException("no shape of " + name);
    }
    return new ValueShape(new int[] {1, 3}, 0);
  }
}
