package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Workers;
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

  private final RandomRun random;
  private final Network network;
  private final long seed;
  private final List<float[]> expected;

  /**
   * A trial, and what it says of a first copy.
   *
   * @param error of the network with its units in another order
   */
  record Begun(Trial trial, double error) {}

  Trial(OrtRuntime runtime, Network network, long seed) {
    this(new RandomRun(runtime, seed), network, seed, new RandomRun(runtime, seed).of(network));
  }

  private Trial(RandomRun random, Network network, long seed, List<float[]> expected) {
    this.random = random;
    this.network = network;
    this.seed = seed;
    this.expected = expected;
  }

  /** A trial whose network is run beside the first copy of it: neither needs the other. */
  static Begun begin(
      OrtRuntime runtime, Network network, long seed, Symmetry symmetry, Permutations first) {
    RandomRun random = new RandomRun(runtime, seed);
    List<List<float[]>> given = new ArrayList<>(List.of(List.of(), List.of()));
    try (Workers workers = new Workers(runtime.threads())) {
      workers.forEach(
          given.size(),
          k ->
              given.set(
                  k,
                  random.of(
                      k == 0 ? network : new Permuter(symmetry).permute(network, first, workers))));
    }
    Trial trial = new Trial(random, network, seed, given.get(0));
    return new Begun(trial, trial.error(given.get(1)));
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
    return errorOf(new Permuter(symmetry).permute(network, permutations));
  }

  /** The error of the network with other constants. */
  double errorOf(Network changed) {
    return error(random.of(changed));
  }

  /** The error when every number of the input and of the layers' weights is off by some noise. */
  double noisy() {
    Random numbers = new Random(seed + 1);
    DoubleUnaryOperator noise = x -> x * (1 + NOISE * numbers.nextGaussian());
    Map<String, Tensor> changed = new LinkedHashMap<>();
    for (Layer layer : network.layers()) {
      Stream.concat(Stream.of(layer.weight()), layer.bias().stream())
          .forEach(name -> changed.put(name, changed(network.constant(name), noise)));
    }
    return error(random.of(network.withConstants(changed), noise));
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
}
