package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
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
import java.util.stream.Stream;

/**
 * What a network gives on random input, against which changed copies of it are tried. All errors
 * are those of {@link SelfCheck#relativeError}, of the worst output.
 */
final class Trial {
  /** A few units in the last place of single precision (2^-23). */
  static final double NOISE = 1.0 / (1 << 21);

  private final OrtRuntime runtime;
  private final Network network;
  private final long seed;
  private final List<float[]> expected;

  Trial(OrtRuntime runtime, Network network, long seed) {
    this.runtime = runtime;
    this.network = network;
    this.seed = seed;
    this.expected = run(network, DoubleUnaryOperator.identity());
  }

  /** The outputs that have no finite number but zero: whatever changes, they show nothing. */
  List<String> silentOutputs() {
    List<String> silent = new ArrayList<>();
    for (int i = 0; i < expected.size(); i++) {
      boolean says = false;
      for (float value : expected.get(i)) {
        says |= Float.isFinite(value) && value != 0;
      }
      if (!says) {
        silent.add(network.graph().outputs().get(i).name());
      }
    }
    return silent;
  }

  /** The error of the network with its units in another order. */
  double error(Symmetry symmetry, Permutations permutations) {
    return error(
        run(new Permuter(symmetry).permute(network, permutations), DoubleUnaryOperator.identity()));
  }

  /** The error of the network with other constants. */
  double errorOf(Network changed) {
    return error(run(changed, DoubleUnaryOperator.identity()));
  }

  /** The error when every number of the input and of the layers' weights is off by some noise. */
  double noisy() {
    Random random = new Random(seed + 1);
    DoubleUnaryOperator noise = x -> x * (1 + NOISE * random.nextGaussian());
    Map<String, Tensor> changed = new LinkedHashMap<>();
    for (Layer layer : network.layers()) {
      Stream.concat(Stream.of(layer.weight()), layer.bias().stream())
          .forEach(name -> changed.put(name, changed(network.constant(name), noise)));
    }
    return error(run(network.withConstants(changed), noise));
  }

  private static Tensor changed(Tensor tensor, DoubleUnaryOperator change) {
    float[] values = tensor.floats().clone();
    for (int e = 0; e < values.length; e++) {
      values[e] = (float) change.applyAsDouble(values[e]);
    }
    return Tensor.ofFloats(tensor.shape(), values);
  }

  private double error(List<float[]> found) {
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      worst = Math.max(worst, SelfCheck.relativeError(expected.get(i), found.get(i)));
    }
    return worst;
  }

  private List<float[]> run(Network changed, DoubleUnaryOperator input) {
    int batch = changed.fixedBatch().orElse(2);
    Map<String, Session.FloatArray> outputs = new LinkedHashMap<>();
    List<NativeBuffer> owned = new ArrayList<>();
    try (Session session = runtime.open(changed.graph())) {
      for (ValueInfo output : changed.graph().outputs()) {
        int[] shape = changed.shape(output.name()).forBatch(batch);
        outputs.put(output.name(), array(shape, owned));
      }
      Map<String, Session.FloatArray> fed = new LinkedHashMap<>();
      Random random = new Random(seed);
      for (ModelInput given : changed.inputs()) {
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
      return outputs.values().stream().map(Trial::copy).toList();
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
