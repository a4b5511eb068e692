package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Map;

/**
 * BatchNormalization in inference form, y = s x + t with s = scale / sqrt(variance + epsilon) and t
 * = bias - s mean, goes into the linear layer before it (W' = s W, b' = s b + t) where that layer
 * feeds nothing else; elsewhere it stays as a factor and an offset for each channel (mean 0,
 * variance 1, epsilon 0).
 */
final class BatchNormFolding {
  private BatchNormFolding() {}

  static void fold(GraphEditor editor, Node norm) {
    List<Tensor> parameters =
        norm.inputs().stream().skip(1).flatMap(name -> editor.constant(name).stream()).toList();
    if (parameters.size() != 4
        || isTraining(norm)
        || !parameters.stream().allMatch(Tensor::isFloat)) {
      return;
    }
    float[] scale = parameters.get(0).floats();
    double[] factor = new double[scale.length];
    double[] offset = new double[scale.length];
    double epsilon = norm.floatAttribute("epsilon", 1e-5f);
    for (int c = 0; c < scale.length; c++) {
      factor[c] = scale[c] / Math.sqrt(parameters.get(3).floats()[c] + epsilon);
      offset[c] = parameters.get(1).floats()[c] - factor[c] * parameters.get(2).floats()[c];
    }
    Node linear = editor.producer(norm.input(0)).orElse(null);
    if (linear != null && isFoldable(editor, linear, scale.length)) {
      foldInto(editor, linear, norm, factor, offset);
    } else {
      keep(editor, norm, factor, offset);
    }
  }

  /** In training form it normalises by the batch; before opset 14 its extra outputs say so. */
  static boolean isTraining(Node norm) {
    return norm.intAttribute("training_mode", 0) != 0
        || norm.outputs().stream().skip(1).anyMatch(output -> !output.isEmpty());
  }

  private static boolean isFoldable(GraphEditor editor, Node linear, int channels) {
    return (linear.is("Conv") || linear.is("Gemm") && LinearForm.isCanonicalGemm(linear))
        && editor.hasSingleUse(linear.output())
        && linear.hasInput(2)
        && editor
            .constant(linear.input(1))
            .filter(w -> w.isFloat() && w.dimension(0) == channels)
            .isPresent()
        && editor
            .constant(linear.input(2))
            .filter(b -> b.isFloat() && b.rank() == 1 && b.size() == channels)
            .isPresent();
  }

  private static void foldInto(
      GraphEditor editor, Node linear, Node norm, double[] factor, double[] offset) {
    Tensor weight = editor.constant(linear.input(1)).orElseThrow();
    Tensor bias = editor.constant(linear.input(2)).orElseThrow();
    int row = weight.size() / factor.length;
    float[] w = weight.floats().clone();
    float[] b = bias.floats().clone();
    for (int o = 0; o < factor.length; o++) {
      for (int i = o * row; i < (o + 1) * row; i++) {
        w[i] = (float) (factor[o] * w[i]);
      }
      b[o] = (float) (factor[o] * b[o] + offset[o]);
    }
    // Under new names: another layer may share the old weight.
    String weightName =
        editor.addConstant(linear.input(1) + "_folded", Tensor.ofFloats(weight.shape(), w));
    String biasName =
        editor.addConstant(linear.name() + "_folded_bias", Tensor.ofFloats(bias.shape(), b));
    editor.remove(norm);
    editor.replace(
        linear,
        linear
            .withInputs(List.of(linear.input(0), weightName, biasName))
            .withOutputs(List.of(norm.output())));
  }

  private static void keep(GraphEditor editor, Node norm, double[] factor, double[] offset) {
    int channels = factor.length;
    float[] s = new float[channels];
    float[] t = new float[channels];
    float[] one = new float[channels];
    for (int c = 0; c < channels; c++) {
      s[c] = (float) factor[c];
      t[c] = (float) offset[c];
      one[c] = 1;
    }
    int[] shape = {channels};
    String name = norm.name();
    editor.replace(
        norm,
        new Node(
            name,
            norm.op(),
            "",
            List.of(
                norm.input(0),
                editor.addConstant(name + "_scale", Tensor.ofFloats(shape, s)),
                editor.addConstant(name + "_offset", Tensor.ofFloats(shape, t)),
                editor.addConstant(name + "_mean", Tensor.ofFloats(shape, new float[channels])),
                editor.addConstant(name + "_variance", Tensor.ofFloats(shape, one))),
            List.of(norm.output()),
            Map.of("epsilon", new Attribute.Float(0))));
  }
}
