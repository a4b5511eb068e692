package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.onnx.ValueInfo.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a trunk layer's constants will be, before it is solved: their names and shapes. */
final class LateWeights {
  private LateWeights() {}

  /**
   * The weight of a layer, and its bias if it has one.
   *
   * @param original A or B; of its weight's axes only those over units differ
   */
  static List<ValueInfo> of(MergedLayer merged, Network original) {
    Layer layer = merged.layer();
    int[] shape = original.constant(layer.weight()).shape().clone();
    shape[layer.outputAxis()] = merged.out().length();
    if (!layer.kind().isPerChannel()) {
      shape[layer.inputAxis()] = merged.in().length() / layer.groups();
    }
    List<ValueInfo> infos = new ArrayList<>();
    infos.add(info(merged.weight(), shape));
    merged.bias().ifPresent(name -> infos.add(info(name, merged.out().length())));
    return infos;
  }

  private static ValueInfo info(String name, int... shape) {
    return new ValueInfo(
        name, ElementType.FLOAT, Arrays.stream(shape).mapToObj(Dimension::of).toList());
  }
}
