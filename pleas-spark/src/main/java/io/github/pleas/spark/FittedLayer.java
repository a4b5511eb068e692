package io.github.pleas.spark;

import io.github.pleas.onnx.Tensor;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** The constants of a fitted layer, in a form that travels. */
final class FittedLayer implements Serializable {
  private static final long serialVersionUID = 1;

  private record Constant(String name, int[] shape, float[] values) implements Serializable {}

  private final ArrayList<Constant> constants = new ArrayList<>();

  FittedLayer(Map<String, Tensor> fitted) {
    fitted.forEach(
        (name, tensor) -> constants.add(new Constant(name, tensor.shape(), tensor.floats())));
  }

  Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Constant constant : constants) {
      tensors.put(constant.name(), Tensor.ofFloats(constant.shape(), constant.values()));
    }
    return tensors;
  }
}
