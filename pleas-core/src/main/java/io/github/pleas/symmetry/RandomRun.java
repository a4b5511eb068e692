package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * Runs networks once, each on the same random input: two samples, or as many as it takes. Several
 * threads may run one each.
 *
 * @param runtime where they run
 * @param seed of the input
 */
record RandomRun(OrtRuntime runtime, long seed) {
  /** The outputs of a network, in the order of its graph. */
  List<float[]> of(Network network) {
    return of(network, DoubleUnaryOperator.identity());
  }

  /**
   * The same where the input is changed.
   *
   * @param input applied to each number of it that is no integer
   */
  List<float[]> of(Network network, DoubleUnaryOperator input) {
    int batch = network.fixedBatch().orElse(2);
    Map<String, Session.FloatArray> outputs = new LinkedHashMap<>();
    List<NativeBuffer> owned = new ArrayList<>();
    try (Session session = runtime.open(network.graph())) {
      for (ValueInfo output : network.graph().outputs()) {
        int[] shape = network.shape(output.name()).forBatch(batch);
        outputs.put(output.name(), array(shape, owned));
      }
      Map<String, Session.FloatArray> fed = new LinkedHashMap<>();
      Random random = new Random(seed);
      for (ModelInput given : network.inputs()) {
        Session.FloatArray array = array(given.shape().forBatch(batch), owned);
        given.fill(array.data().duplicate(), random);
        if (!given.type().isInteger()) {
          FloatBuffer numbers = array.data().duplicate();
          for (int i = 0; i < numbers.limit(); i++) {
            numbers.put(i, (float) input.applyAsDouble(numbers.get(i)));
          }
        }
        fed.put(given.name(), array);
      }
      fed.keySet().retainAll(session.inputs());
      session.run(fed, outputs);
      return outputs.values().stream().map(RandomRun::copy).toList();
    } finally {
      owned.forEach(NativeBuffer::close);
    }
  }

  private static Session.FloatArray array(int[] shape, List<NativeBuffer> owned) {
    NativeBuffer buffer = NativeBuffer.ofFloats(Tensor.count(shape));
    owned.add(buffer);
    return new Session.FloatArray(buffer.floats(), shape);
  }

  private static float[] copy(Session.FloatArray array) {
    float[] values = new float[array.data().capacity()];
    array.data().duplicate().clear().get(values);
    return values;
  }
}
