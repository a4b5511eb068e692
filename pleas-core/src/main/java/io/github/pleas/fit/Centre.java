package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.Side;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Workers;
import java.util.Arrays;

/**
 * What the fits of layers start from and shrink to: the originals' weights scattered into the
 * merged layout and added, W_A + W_B, halved for units that are merged of both: the mean over the
 * units that an output stands for, the sum over those that an input does. For two equal networks,
 * and where everything is separate, that is the answer. Matrices are [columns of X, outputs].
 */
final class Centre {
  /** Floats of a line of the cache. */
  private static final int CACHED = 16;

  private Centre() {}

  /**
   * The base of a dense layer, [columns of X, outputs], its bias in the last row if it has one; a
   * head of one original has only its own weights.
   */
  static double[] dense(MergedLayer merged, Network networkA, Network networkB, Workers workers) {
    Layer layer = merged.layer();
    MergedAxis in = merged.in();
    MergedAxis out = merged.out();
    int taps = layer.window().taps();
    int columns = in.length() * taps;
    double[] centre = new double[(columns + (layer.bias().isPresent() ? 1 : 0)) * out.length()];
    if (merged.side() != Side.B) {
      scatter(
          layer,
          networkA.constant(layer.weight()),
          in.allA(),
          out.allA(),
          shares(out),
          centre,
          workers);
    }
    if (merged.side() != Side.A) {
      scatter(
          layer,
          networkB.constant(layer.weight()),
          in.allB(),
          out.allB(),
          shares(out),
          centre,
          workers);
    }
    if (layer.bias().isPresent()) {
      double[] bias = bias(merged, networkA, networkB);
      System.arraycopy(bias, 0, centre, columns * out.length(), bias.length);
    }
    return centre;
  }

  /** The weights of one original in the merged layout, [columns of X, outputs], without a bias. */
  static double[] ofOne(MergedLayer merged, Network network, boolean isA, Workers workers) {
    Layer layer = merged.layer();
    MergedAxis in = merged.in();
    MergedAxis out = merged.out();
    int columns = in.length() * layer.window().taps();
    double[] centre = new double[(columns + (layer.bias().isPresent() ? 1 : 0)) * out.length()];
    double[] whole = new double[out.length()];
    Arrays.fill(whole, 1);
    scatter(
        layer,
        network.constant(layer.weight()),
        isA ? in.allA() : in.allB(),
        isA ? out.allA() : out.allB(),
        whole,
        centre,
        workers);
    return centre;
  }

  /** Adds the weights of one original, where it has both units. */
  private static void scatter(
      Layer layer,
      Tensor weight,
      int[][] in,
      int[][] out,
      double[] shares,
      double[] centre,
      Workers workers) {
    int taps = layer.window().taps();
    float[] weights = weight.floats();
    workers.forEach(
        in.length,
        e -> {
          for (int input : in[e]) {
            for (int o = 0; o < out.length; o++) {
              for (int output : out[o]) {
                int at = index(layer, weight, output, input, 0, taps);
                for (int tap = 0; tap < taps; tap++) {
                  centre[(e * taps + tap) * out.length + o] += shares[o] * weights[at + tap];
                }
              }
            }
          }
        });
  }

  /** For each output one over the originals' outputs that it stands for, whose mean it is. */
  private static double[] shares(MergedAxis out) {
    int[][] a = out.allA();
    int[][] b = out.allB();
    double[] shares = new double[a.length];
    for (int o = 0; o < shares.length; o++) {
      shares[o] = 1.0 / (a[o].length + b[o].length);
    }
    return shares;
  }

  private static int index(Layer layer, Tensor weight, int output, int input, int tap, int taps) {
    return layer.kind() == Layer.Kind.MATMUL
        ? input * weight.dimension(1) + output
        : (output * weight.dimension(1) + input) * taps + tap;
  }

  /** A solution as the layer's weight tensor. */
  static Tensor weight(MergedLayer merged, double[] w, Workers workers) {
    Layer layer = merged.layer();
    int inputs = merged.in().length();
    int outputs = merged.out().length();
    int taps = layer.window().taps();
    float[] values = new float[inputs * taps * outputs];
    int columns = inputs * taps;
    boolean turned = layer.kind() != Layer.Kind.MATMUL;
    // Some columns at a time, so that what is written stays in the cache until its line is full.
    workers.forEach(
        (columns + CACHED - 1) / CACHED,
        k -> {
          int first = k * CACHED;
          int end = Math.min(columns, first + CACHED);
          for (int o = 0; o < outputs; o++) {
            for (int column = first; column < end; column++) {
              int at = turned ? o * columns + column : column * outputs + o;
              values[at] = (float) w[column * outputs + o];
            }
          }
        });
    if (layer.kind() == Layer.Kind.MATMUL || layer.kind() == Layer.Kind.GEMM) {
      return Tensor.ofFloats(
          layer.kind() == Layer.Kind.MATMUL
              ? new int[] {inputs, outputs}
              : new int[] {outputs, inputs},
          values);
    }
    int[] kernel = layer.window().kernel();
    int[] shape = new int[2 + kernel.length];
    shape[0] = outputs;
    shape[1] = inputs;
    System.arraycopy(kernel, 0, shape, 2, kernel.length);
    return Tensor.ofFloats(shape, values);
  }

  /** The base of a layer that acts on each channel alone: [channels, taps]. */
  static double[] perChannel(MergedLayer merged, Network networkA, Network networkB) {
    float[] a = networkA.constant(merged.layer().weight()).floats();
    float[] b = networkB.constant(merged.layer().weight()).floats();
    MergedAxis out = merged.out();
    int taps = merged.layer().window().taps();
    double[] centre = new double[out.length() * taps];
    double[] shares = shares(out);
    int[][] ofA = out.allA();
    int[][] ofB = out.allB();
    for (int c = 0; c < out.length(); c++) {
      for (int tap = 0; tap < taps; tap++) {
        double sum = 0;
        for (int channel : ofA[c]) {
          sum += a[channel * taps + tap];
        }
        for (int channel : ofB[c]) {
          sum += b[channel * taps + tap];
        }
        centre[c * taps + tap] = shares[c] * sum;
      }
    }
    return centre;
  }

  /** The mean of the originals' biases in the merged layout; a separate unit has its own. */
  private static double[] bias(MergedLayer merged, Network networkA, Network networkB) {
    String name = merged.layer().bias().orElseThrow();
    float[] a = merged.side() == Side.B ? new float[0] : networkA.constant(name).floats();
    float[] b = merged.side() == Side.A ? new float[0] : networkB.constant(name).floats();
    MergedAxis out = merged.out();
    double[] bias = new double[out.length()];
    double[] shares = shares(out);
    int[][] ofA = out.allA();
    int[][] ofB = out.allB();
    for (int o = 0; o < bias.length; o++) {
      double sum = 0;
      for (int output : ofA[o]) {
        sum += a[output];
      }
      for (int output : ofB[o]) {
        sum += b[output];
      }
      bias[o] = shares[o] * sum;
    }
    return bias;
  }
}
