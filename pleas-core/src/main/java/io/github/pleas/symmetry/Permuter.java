package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reorders the units of a network: the same function, other constants. */
public final class Permuter {
  private final Symmetry symmetry;

  public Permuter(Symmetry symmetry) {
    this.symmetry = symmetry;
  }

  /** The network with its units in another order. */
  public Network permute(Network network, Permutations permutations) {
    try (Workers alone = new Workers(1)) {
      return permute(network, permutations, alone);
    }
  }

  /** The same by several threads, a constant each at a time. */
  Network permute(Network network, Permutations permutations, Workers workers) {
    return network
        .withConstants(permuted(network.graph().initializers(), permutations, workers))
        .withTables(permuted(network.tables(), permutations, workers));
  }

  private Map<String, Tensor> permuted(
      Map<String, Tensor> constants, Permutations permutations, Workers workers) {
    List<String> names = List.copyOf(constants.keySet());
    List<Tensor> tensors = new ArrayList<>(constants.values());
    workers.forEach(
        names.size(), i -> tensors.set(i, permute(names.get(i), tensors.get(i), permutations)));
    Map<String, Tensor> changed = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      changed.put(names.get(i), tensors.get(i));
    }
    return changed;
  }

  /**
   * One constant with the units of all its axes in another order.
   *
   * @throws IllegalStateException if two groups that stand on an axis together would send an
   *     element to different places
   */
  public Tensor permute(String name, Tensor tensor, Permutations permutations) {
    List<Symmetry.Standing> moving =
        symmetry.standings(name).stream().filter(s -> s.units().moves()).toList();
    if (moving.stream().anyMatch(s -> !s.isOn(s.axes().get(0)))) {
      return permuteTogether(name, tensor, moving, permutations);
    }
    Tensor result = tensor;
    for (Symmetry.Standing standing : moving) {
      result = result.gather(standing.axes().get(0), standing.units().source(permutations));
    }
    return result;
  }

  /**
   * Where units stand on several axes together, as input units on the groups and on the inputs of a
   * grouped convolution's weight, seen as [groups, outputs / groups, inputs / groups, ...], the
   * place that each element takes is put together from all of them.
   */
  private static Tensor permuteTogether(
      String name, Tensor tensor, List<Symmetry.Standing> moving, Permutations permutations) {
    int[] view = moving.get(0).view();
    int[] strides = new int[view.length];
    int size = 1;
    for (int axis = view.length - 1; axis >= 0; axis--) {
      strides[axis] = size;
      size *= view[axis];
    }
    int[][] sources =
        moving.stream().map(s -> s.units().source(permutations)).toArray(int[][]::new);
    int[] from = new int[size];
    int[] taken = new int[view.length];
    for (int e = 0; e < size; e++) {
      Arrays.fill(taken, -1);
      for (int k = 0; k < sources.length; k++) {
        int[] axes = moving.get(k).viewAxes();
        int place = 0;
        for (int axis : axes) {
          place = place * view[axis] + e / strides[axis] % view[axis];
        }
        int source = sources[k][place];
        for (int i = axes.length - 1; i >= 0; i--) {
          int axis = axes[i];
          int at = source % view[axis];
          source /= view[axis];
          if (taken[axis] >= 0 && taken[axis] != at) {
            throw new IllegalStateException(
                "'" + name + "' is pulled to two places on axis " + axis);
          }
          taken[axis] = at;
        }
      }
      for (int axis = 0; axis < view.length; axis++) {
        int at = taken[axis] >= 0 ? taken[axis] : e / strides[axis] % view[axis];
        from[e] += at * strides[axis];
      }
    }
    return tensor.reshaped(new int[] {size}).gather(0, from).reshaped(tensor.shape());
  }
}
