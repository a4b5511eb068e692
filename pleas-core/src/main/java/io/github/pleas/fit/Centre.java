package io.github.pleas.fit;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.network.Layer;
import io.github.pleas.onnx.Tensor;

/**
 * The point that a fit shrinks to: the originals' weights scattered into the merged layout and
 * added, W0 = W_A + W_B. Matrices are [columns of X without the ones, outputs].
 */
final class Centre {
  private Centre() {}

  /** The scattered sum for a dense layer; a head of one original has only its own weights. */
  static double[] dense(MergedLayer merged, Tensor weightA, Tensor weightB) {
    Layer layer = merged.layer();
    MergedAxis in = merged.in();
    MergedAxis out = merged.out();
    int taps = layer.window().taps();
    double[] centre = new double[in.length() * taps * out.length()];
    float[] a = weightA.floats();
    float[] b = weightB.floats();
    for (int e = 0; e < in.length(); e++) {
      for (int tap = 0; tap < taps; tap++) {
        int row = (e * taps + tap) * out.length();
        for (int o = 0; o < out.length(); o++) {
          double sum = 0;
          if (in.a()[e] >= 0 && out.a()[o] >= 0) {
            sum += a[index(layer, weightA, out.a()[o], in.a()[e], tap, taps)];
          }
          if (in.b()[e] >= 0 && out.b()[o] >= 0) {
            sum += b[index(layer, weightB, out.b()[o], in.b()[e], tap, taps)];
          }
          centre[row + o] = sum;
        }
      }
    }
    return centre;
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
    if (layer.kind() != Layer.Kind.CONVOLUTION) {
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

  /** The scattered sum for a layer that acts on each channel alone: [channels, taps]. */
  static double[] perChannel(MergedLayer merged, Tensor weightA, Tensor weightB) {
    MergedAxis out = merged.out();
    int taps = merged.layer().window().taps();
    double[] centre = new double[out.length() * taps];
    for (int c = 0; c < out.length(); c++) {
      for (int tap = 0; tap < taps; tap++) {
        double sum = 0;
        if (out.a()[c] >= 0) {
          sum += weightA.floats()[out.a()[c] * taps + tap];
        }
        if (out.b()[c] >= 0) {
          sum += weightB.floats()[out.b()[c] * taps + tap];
        }
        centre[c * taps + tap] = sum;
      }
    }
    return centre;
  }

  /** The mean of the originals' biases in the merged layout; a separate unit has its own. */
  static double[] bias(MergedAxis out, float[] a, float[] b) {
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
