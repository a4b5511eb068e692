package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;

import io.github.pleas.PleasException;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.Observation;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RandomBatch;
import io.github.pleas.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a graph that was freed of the length of texts still computes what it did: on texts of
 * that length the same, and on shorter ones what it did on these filled up to that length.
 */
final class TextLengths {
  private static final double ROUNDING = 1e-3;
  private static final int BATCH = 2;

  private final OrtRuntime runtime;
  private final List<ModelInput> inputs;
  private final int length;

  /**
   * A check.
   *
   * @param network takes what the graphs take
   */
  TextLengths(OrtRuntime runtime, Network network) {
    this.runtime = runtime;
    this.inputs = network.inputs();
    this.length = inputs.get(0).shape().dimension(1);
  }

  /** Whether they agree. */
  boolean agree(Graph fixed, Graph freed) {
    int shorter = Math.max(2, length / 2);
    try (RandomBatch full = new RandomBatch(inputs, BATCH, 1);
        RandomBatch part = new RandomBatch(ofLength(shorter), BATCH, 2)) {
      boolean same =
          areClose(run(fixed, full.arrays()), run(freed, full.arrays()), length, full.arrays());
      // Without a mask, what fills up is text, and there is nothing to compare.
      return same
          && (!hasMask()
              ? !run(freed, part.arrays()).isEmpty()
              : areClose(
                  run(fixed, filledUp(part.arrays())),
                  run(freed, part.arrays()),
                  shorter,
                  part.arrays()));
    } catch (PleasException lengthIsStillInIt) {
      // Not a failure: the network then takes texts of one length only, which its declaration says.
      return false;
    }
  }

  private boolean hasMask() {
    return inputs.stream().anyMatch(TextLengths::isMask);
  }

  private static boolean isMask(ModelInput input) {
    return input.type().isInteger() && input.limit().isEmpty();
  }

  private List<ModelInput> ofLength(int tokens) {
    return inputs.stream()
        .map(
            input ->
                new ModelInput(
                    input.name(),
                    input.type(),
                    input.shape().withDimensions(new int[] {1, tokens}),
                    input.limit()))
        .toList();
  }

  private Map<String, Session.FloatArray> filledUp(Map<String, Session.FloatArray> part) {
    Map<String, Session.FloatArray> filled = new LinkedHashMap<>();
    part.forEach(
        (name, array) -> {
          int own = array.shape()[1];
          FloatBuffer floats =
              ByteBuffer.allocateDirect(BATCH * length * Float.BYTES)
                  .order(ByteOrder.nativeOrder())
                  .asFloatBuffer();
          for (int i = 0; i < BATCH * own; i++) {
            floats.put(i / own * length + i % own, array.data().get(i));
          }
          filled.put(name, new Session.FloatArray(floats, new int[] {BATCH, length}));
        });
    return filled;
  }

  private Map<String, Tensor> run(Graph graph, Map<String, Session.FloatArray> given) {
    Set<String> outputs = graph.outputs().stream().map(ValueInfo::name).collect(Collectors.toSet());
    Set<String> taken = graph.inputs().stream().map(ValueInfo::name).collect(Collectors.toSet());
    Map<String, Session.FloatArray> fed = new LinkedHashMap<>(given);
    fed.keySet().retainAll(taken);
    return Observation.of(runtime, graph, fed, outputs::contains).contents();
  }

  /** Compares outputs where there is text. */
  private boolean areClose(
      Map<String, Tensor> expected,
      Map<String, Tensor> found,
      int tokens,
      Map<String, Session.FloatArray> given) {
    for (Map.Entry<String, Tensor> output : expected.entrySet()) {
      Tensor own = requireNonNull(found.get(output.getKey()));
      Tensor other = output.getValue();
      boolean byToken = other.rank() == 3 && other.dimension(1) == length;
      double largest = 0;
      double difference = 0;
      int width = own.size() / BATCH / (byToken ? tokens : 1);
      for (int sample = 0; sample < BATCH; sample++) {
        for (int token = 0; token < (byToken ? tokens : 1); token++) {
          if (byToken && !isReal(given, sample, token, tokens)) {
            continue;
          }
          for (int k = 0; k < width; k++) {
            double x = other.floats()[(sample * (byToken ? length : 1) + token) * width + k];
            double y = own.floats()[(sample * (byToken ? tokens : 1) + token) * width + k];
            largest = Math.max(largest, Math.abs(x));
            difference = Math.max(difference, Math.abs(x - y));
          }
        }
      }
      if (!(difference <= ROUNDING * largest)) {
        return false;
      }
    }
    return true;
  }

  private boolean isReal(Map<String, Session.FloatArray> given, int sample, int token, int tokens) {
    return inputs.stream()
        .filter(TextLengths::isMask)
        .allMatch(
            mask ->
                requireNonNull(given.get(mask.name())).data().get(sample * tokens + token) != 0);
  }
}
