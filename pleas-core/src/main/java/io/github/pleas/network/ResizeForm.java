package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.List;

/**
 * Resize (ONNX) with the factor of each axis, rather than with the length of each, in which
 * exporters write the batch.
 */
final class ResizeForm {
  private static final int ROI = 1;
  private static final int SCALES = 2;
  private static final int SIZES = 3;

  private ResizeForm() {}

  /** Resize to some sizes becomes one by factors, where these give the same sizes again. */
  static void resize(GraphEditor editor, Node node, ValueShape in, ValueShape out) {
    boolean bySizes = node.hasInput(SIZES) && isLeftOut(editor, node.input(SCALES));
    boolean plain =
        !node.attributes().containsKey("axes")
            && node.textAttribute("keep_aspect_ratio_policy", "stretch").equals("stretch")
            && isLeftOut(editor, node.input(ROI))
            && in.batchAxis() == out.batchAxis();
    if (!bySizes || !plain) {
      return;
    }
    float[] scales = new float[in.rank()];
    for (int axis = 0; axis < scales.length; axis++) {
      scales[axis] = (float) out.dimension(axis) / in.dimension(axis);
      // The operator's definition: output length = floor(input length * factor).
      if ((int) Math.floor(in.dimension(axis) * scales[axis]) != out.dimension(axis)) {
        return;
      }
    }
    String factors =
        editor.addConstant(
            node.output() + "_scales", Tensor.ofFloats(new int[] {scales.length}, scales));
    editor.replace(node, node.withInputs(List.of(node.input(0), "", factors)));
  }

  private static boolean isLeftOut(GraphEditor editor, String input) {
    return input.isEmpty() || editor.constant(input).filter(t -> t.size() == 0).isPresent();
  }
}
