package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.Side;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;

/**
 * What the fits of layers start from and shrink to: the originals' weights scattered into the
 * merged layout and added, W_A + W_B, halved for units that are merged of both. For two equal
 * networks, and where everything is separate, that is the answer. Matrices are [columns of X,
 * outputs].
 */
final class Centre {
  private Centre() {}

  /**
   * The base of a dense layer, [columns of X, outputs], its bias in the last row if it has one; a
   * head of one original has only its own weights.
   */
  static double[] dense(MergedLayer merged, Network networkA, Network networkB) {
    Layer layer = merged.layer();
    MergedAxis in = merged.in();
    MergedAxis out = merged.out();
    int taps = layer.window().taps();
    int columns = in.length() * taps;
    double[] centre = new double[(columns + (layer.bias().isPresent() ? 1 : 0)) * out.length()];
    if (merged.side() != Side.B) {
      scatter(layer, networkA.constant(layer.weight()), in.a(), out.a(), out, centre);
    }
    if (merged.side() != Side.A) {
      scatter(layer, networkB.constant(layer.weight()), in.b(), out.b(), out, centre);
    }
    if (layer.bias().isPresent()) {
      double[] bias = bias(merged, networkA, networkB);
      System.arraycopy(bias, 0, centre, columns * out.length(), bias.length);
    }
    return centre;
  }

  /** Adds the weights of one original, where it has both units. */
  private static void scatter(
      Layer layer, Tensor weight, int[] in, int[] out, MergedAxis outputs, double[] centre) {
    int taps = layer.window().taps();
    float[] weights = weight.floats();
    for (int e = 0; e < in.length; e++) {
      for (int tap = 0; in[e] >= 0 && tap < taps; tap++) {
        int row = (e * taps + tap) * out.length;
        for (int o = 0; o < out.length; o++) {
          if (out[o] >= 0) {
            centre[row + o] +=
                share(outputs, o) * weights[index(layer, weight, out[o], in[e], tap, taps)];
          }
        }
      }
    }
  }

  private static double share(MergedAxis out, int output) {
    return out.isMerged(output) ? 0.5 : 1;
  }

  private static int index(Layer layer, Tensor weight, int output, int input, int tap, int taps) {
    return layer.kind() == Layer.Kind.MATMUL
        ? input * weight.dimension(1) + output
        : (output * weight.dimension(1) + input) * taps + tap;
  }

  /** A solution as the layer's weight tensor. */
  static Tensor weight(MergedLayer merged, double[] w) {
    Layer layer = merged.layer();
    int inputs = merged.in().length();
    int outputs = merged.out().length();
    int taps = layer.window().taps();
    float[] values = new float[inputs * taps * outputs];
    for (int column = 0; column < inputs * taps; column++) {
      for (int o = 0; o < outputs; o++) {
        int at =
            layer.kind() == Layer.Kind.MATMUL ? column * outputs + o : o * inputs * taps + column;
        values[at] = (float) w[column * outputs + o];
      }
    }
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
    for (int c = 0; c < out.length(); c++) {
      for (int tap = 0; tap < taps; tap++) {
        double sum = 0;
        if (out.a()[c] >= 0) {
          sum += a[out.a()[c] * taps + tap];
        }
        if (out.b()[c] >= 0) {
          sum += b[out.b()[c] * taps + tap];
        }
        centre[c * taps + tap] = share(out, c) * sum;
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
    for (int o = 0; o < bias.length; o++) {
      bias[o] =
          out.isOnlyA(o)
              ? a[out.a()[o]]
              : out.isOnlyB(o) ? b[out.b()[o]] : 0.5 * ((double) a[out.a()[o]] + b[out.b()[o]]);
    }
    return bias;
  }
}
