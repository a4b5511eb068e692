package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.OrtRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A network whose residual streams may be rotated. Scales and offsets of the normalisations have
 * gone into the layers behind them; then, with Q orthogonal, x Q in place of the stream x is the
 * same function where each constant that stands on the stream is multiplied by it: for weights
 * [inputs, stream] that write, W Q; for weights [stream, outputs] that read, Q'W; embeddings E Q.
 * Under LayerNormalization, which takes the mean off, Q 1 = 1 besides: x Q has the mean of x then.
 */
public final class StreamRotation {
  private static final int REFLECTIONS = 4;

  private final Network network;
  private final List<ResidualStream> streams;

  private StreamRotation(Network network, List<ResidualStream> streams) {
    this.network = network;
    this.streams = List.copyOf(streams);
  }

  /**
   * The rotations of a network.
   *
   * @param symmetry the network's, no constants kept
   * @throws io.github.pleas.InvalidInputException if a stream cannot be rotated, or there is none:
   *     what stands in the way
   */
  public static StreamRotation of(Network network, Symmetry symmetry) {
    List<ResidualStream> streams = ResidualStream.of(network, symmetry);
    Network plain = network;
    for (ResidualStream stream : streams) {
      plain = NormFolding.fold(plain, stream);
    }
    for (ResidualStream stream : streams) {
      new StreamOperators(plain, stream).require();
    }
    return new StreamRotation(plain, streams);
  }

  /** The same function, its normalisations without scale and offset. */
  public Network network() {
    return network;
  }

  /** What may be rotated, each by itself. */
  public List<ResidualStream> streams() {
    return streams;
  }

  /** The constants that a rotation changes. */
  public Set<String> constants() {
    Set<String> all = new HashSet<>();
    for (ResidualStream stream : streams) {
      stream.group().members().stream()
          .map(UnitGroup.Member::tensor)
          .filter(network::isConstant)
          .filter(constant -> !isScale(stream, constant))
          .forEach(all::add);
    }
    return all;
  }

  /**
   * The same function in rotated streams.
   *
   * @param rotations for each stream an orthogonal matrix [width, width], row-major, with Q 1 = 1
   *     where the stream keeps its mean
   */
  public Network rotated(List<double[]> rotations) {
    Map<String, Tensor> constants = new LinkedHashMap<>();
    Map<String, Tensor> tables = new LinkedHashMap<>(network.tables());
    for (int k = 0; k < streams.size(); k++) {
      ResidualStream stream = streams.get(k);
      for (UnitGroup.Member member : stream.group().members()) {
        String name = member.tensor();
        if (network.isConstant(name) && !isScale(stream, name)) {
          Tensor before = constants.getOrDefault(name, network.constant(name));
          constants.put(name, rotated(before, member.axis(), rotations.get(k)));
          Tensor rest = tables.get(name);
          if (rest != null) {
            tables.put(name, rotated(rest, member.axis(), rotations.get(k)));
          }
        }
      }
    }
    return network.withConstants(constants).withTables(tables);
  }

  /** Scales are one all along, whatever is rotated. */
  private static boolean isScale(ResidualStream stream, String constant) {
    return stream.norms().stream().anyMatch(norm -> norm.input(1).equals(constant));
  }

  /** Along an axis of length n, at place i the sum over k of what was at place k times Q[k, i]. */
  static Tensor rotated(Tensor tensor, int axis, double[] rotation) {
    int n = tensor.dimension(axis);
    int inner = 1;
    for (int k = axis + 1; k < tensor.rank(); k++) {
      inner *= tensor.dimension(k);
    }
    float[] values = tensor.floats();
    float[] turned = new float[values.length];
    double[] row = new double[n];
    for (int at = 0; at < values.length / n; at++) {
      int first = at / inner * n * inner + at % inner;
      Arrays.fill(row, 0);
      for (int k = 0; k < n; k++) {
        double value = values[first + k * inner];
        for (int i = 0; i < n; i++) {
          row[i] += value * rotation[k * n + i];
        }
      }
      for (int i = 0; i < n; i++) {
        turned[first + i * inner] = (float) row[i];
      }
    }
    return Tensor.ofFloats(tensor.shape(), turned);
  }

  /**
   * The network proves itself: the largest error of an output on random input when its streams are
   * rotated at random, relative to the output's largest value, against that of the network before.
   *
   * @param before the network as it was, scales and offsets in its normalisations
   */
  public double error(OrtRuntime runtime, Network before, long seed) {
    List<double[]> rotations = new ArrayList<>();
    for (ResidualStream stream : streams) {
      rotations.add(random(stream.width(), stream.keepsMean(), seed + rotations.size()));
    }
    return new Trial(runtime, before, seed).errorOf(rotated(rotations));
  }

  /**
   * A rotation of all units: the product of a few reflections at random planes.
   *
   * @param keepsMean whether Q 1 = 1: the planes have 1 in them
   * @return [n, n], row-major
   */
  public static double[] random(int n, boolean keepsMean, long seed) {
    Random random = new Random(seed);
    double[] q = new double[n * n];
    for (int i = 0; i < n; i++) {
      q[i * n + i] = 1;
    }
    for (int reflection = 0; reflection < REFLECTIONS && n > 1; reflection++) {
      double[] v = random.doubles(n, -1, 1).toArray();
      double mean = keepsMean ? Arrays.stream(v).sum() / n : 0;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        v[i] -= mean;
        squares += v[i] * v[i];
      }
      for (int i = 0; i < n; i++) {
        double along = 0;
        for (int j = 0; j < n; j++) {
          along += q[i * n + j] * v[j];
        }
        for (int j = 0; j < n; j++) {
          q[i * n + j] -= 2 * along / squares * v[j];
        }
      }
    }
    return q;
  }
}
