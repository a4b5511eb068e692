package io.github.pleas.symmetry;

import io.github.pleas.PleasException;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The analysis proves itself: all groups in random order, the same input, the same outputs. */
public final class SelfCheck {
  /** The largest relative error that rounding in single precision explains. */
  public static final double TOLERANCE = 1e-4;

  private final OrtRuntime runtime;

  public SelfCheck(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * The largest error of an output of the permuted network, relative to the output's largest value.
   *
   * @param network the network
   * @param symmetry its symmetry
   * @param seed for the orders and the input
   */
  public double error(Network network, Symmetry symmetry, long seed) {
    Network permuted = new Permuter(symmetry).permute(network, Permutations.random(symmetry, seed));
    List<float[]> before = run(network, seed);
    List<float[]> after = run(permuted, seed);
    double worst = 0;
    for (int i = 0; i < before.size(); i++) {
      worst = Math.max(worst, relativeError(before.get(i), after.get(i)));
    }
    return worst;
  }

  /**
   * Lets a symmetry pass whose error rounding explains.
   *
   * @throws PleasException if the network with its units reordered computes something else
   */
  public void require(Network network, Symmetry symmetry, long seed) {
    double error = error(network, symmetry, seed);
    if (!(error <= TOLERANCE)) {
      throw new PleasException(
          "%s: with its interchangeable units in another order the network computes something else (relative error %.2g, at most %.0e is rounding). This is a defect in the symmetry analysis, please report it; unless the network draws random numbers or lives on differences that single precision cannot hold"
              .formatted(network.source(), error, TOLERANCE));
    }
  }

  /** Random input may well give NaN or infinity, from a logarithm say; then both must. */
  static double relativeError(float[] expected, float[] found) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      if (Float.isFinite(expected[i])) {
        largest = Math.max(largest, Math.abs(expected[i]));
      }
      if (Float.compare(expected[i], found[i]) != 0) {
        double error = Math.abs((double) expected[i] - found[i]);
        difference = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(difference, error);
      }
    }
    return difference == 0 ? 0 : difference / Math.max(largest, Float.MIN_NORMAL);
  }

  private List<float[]> run(Network network, long seed) {
    int batch = network.fixedBatch().orElse(2);
    Map<String, Session.FloatArray> outputs = new LinkedHashMap<>();
    List<NativeBuffer> owned = new ArrayList<>();
    try (Session session = runtime.open(network.graph())) {
      for (ValueInfo output : network.graph().outputs()) {
        int[] shape = network.shape(output.name()).forBatch(batch);
        outputs.put(output.name(), array(shape, owned));
      }
      Session.FloatArray input = array(network.shape(network.input()).forBatch(batch), owned);
      Random random = new Random(seed);
      FloatBuffer fill = input.data().duplicate();
      while (fill.hasRemaining()) {
        fill.put((float) random.nextGaussian());
      }
      session.run(Map.of(network.input(), input), outputs);
      return outputs.values().stream().map(SelfCheck::copy).toList();
    } finally {
      owned.forEach(NativeBuffer::close);
    }
  }

  private static Session.FloatArray array(int[] shape, List<NativeBuffer> owned) {
    NativeBuffer buffer = NativeBuffer.ofFloats(io.github.pleas.onnx.Tensor.count(shape));
    owned.add(buffer);
    return new Session.FloatArray(buffer.floats(), shape);
  }

  private static float[] copy(Session.FloatArray array) {
    float[] values = new float[array.data().capacity()];
    array.data().duplicate().clear().get(values);
    return values;
  }
}
