package io.github.pleas.layout;

import io.github.pleas.network.Layer;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A merged network that nobody has fitted, its weights random: of the size and the zeros that a
 * merge would give, which is all that time depends on. Values keep their magnitude from layer to
 * layer, for processors are slow at numbers next to zero.
 */
public final class RandomWeights {
  private RandomWeights() {}

  /** The merged graph with weights, each layer as one operator. The same every time. */
  public static Graph of(MergedArchitecture merged) {
    Map<String, Tensor> constants = new LinkedHashMap<>(merged.graph().initializers());
    SplittableRandom random = new SplittableRandom(0);
    for (MergedLayer layer : merged.layers()) {
      if (layer.role() == MergedLayer.Role.KEPT) {
        continue; // it has its own
      }
      constants.put(layer.weight(), weight(layer, random));
      layer
          .bias()
          .ifPresent(
              name -> {
                int outputs = layer.out().length();
                constants.put(name, Tensor.ofFloats(new int[] {outputs}, new float[outputs]));
              });
    }
    return merged.withWeights(constants);
  }

  private static Tensor weight(MergedLayer merged, SplittableRandom random) {
    int[] shape = shape(merged);
    // Uniform numbers of the variance that keeps the magnitude behind a ReLU (He et al.).
    double most = Math.sqrt(6.0 / merged.unknowns());
    float[] values = new float[(int) Tensor.count(shape)];
    Layer layer = merged.layer();
    boolean dense = layer.kind().isDense() && !merged.isHead();
    boolean columns = layer.outputAxis() == 1;
    int inner = dense && !columns ? layer.window().taps() : 1;
    for (int i = 0; i < values.length; i++) {
      boolean zero = false;
      if (dense) {
        int first = i / inner / shape[1];
        int second = i / inner % shape[1];
        zero = isZero(merged, columns ? second : first, columns ? first : second);
      }
      values[i] = zero ? 0 : (float) (most * (2 * random.nextDouble() - 1));
    }
    return Tensor.ofFloats(shape, values);
  }

  private static int[] shape(MergedLayer merged) {
    Layer layer = merged.layer();
    int outputs = merged.out().length();
    int inputs = merged.in().length();
    return switch (layer.kind()) {
      case AFFINE -> new int[] {outputs};
      case GEMM -> new int[] {outputs, inputs};
      case MATMUL -> new int[] {inputs, outputs};
      case CONVOLUTION, DEPTHWISE, GROUPED -> {
        int[] kernel = layer.window().kernel();
        int[] shape = new int[2 + kernel.length];
        shape[0] = outputs;
        shape[1] = layer.kind() == Layer.Kind.DEPTHWISE ? 1 : inputs / layer.groups();
        System.arraycopy(kernel, 0, shape, 2, kernel.length);
        yield shape;
      }
    };
  }

  private static boolean isZero(MergedLayer merged, int output, int input) {
    MergedAxis in = merged.in();
    MergedAxis out = merged.out();
    return out.isOnlyA(output) && in.isOnlyB(input) || out.isOnlyB(output) && in.isOnlyA(input);
  }
}
