package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reorders the units of a network: the same function, other constants. */
public final class Permuter {
  private final Symmetry symmetry;

  public Permuter(Symmetry symmetry) {
    this.symmetry = symmetry;
  }

  /** The network with its units in another order. */
  public Network permute(Network network, Permutations permutations) {
    Map<String, Tensor> changed = new LinkedHashMap<>();
    network
        .graph()
        .initializers()
        .forEach((name, tensor) -> changed.put(name, permute(name, tensor, permutations)));
    return network.withConstants(changed);
  }

  /** One constant with the units of all its axes in another order. */
  public Tensor permute(String name, Tensor tensor, Permutations permutations) {
    Tensor result = tensor;
    for (int axis = 0; axis < tensor.rank(); axis++) {
      Optional<AxisUnits> units = symmetry.axis(name, axis).filter(AxisUnits::moves);
      if (units.isPresent()) {
        result = result.gather(axis, units.get().source(permutations));
      }
    }
    return result;
  }
}
