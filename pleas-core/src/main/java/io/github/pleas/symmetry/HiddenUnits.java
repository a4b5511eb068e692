package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The hidden units of a network: what convolutions and linear layers write and is not an output of
 * the network. All of them would be expected to move.
 *
 * @param total how many there are
 * @param fixed those that do not move, by layer and reason
 */
public record HiddenUnits(long total, List<Symmetry.Fixed> fixed) {
  public HiddenUnits {
    fixed = List.copyOf(fixed);
  }

  /** Counts the hidden units of a network. */
  public static HiddenUnits of(Network network, Symmetry symmetry) {
    // A standing normalisation writes no units of its own.
    Map<String, Layer> layers =
        network.layers().stream()
            .filter(layer -> layer.kind() != Layer.Kind.AFFINE)
            .collect(Collectors.toMap(Layer::name, layer -> layer));
    long written = layers.values().stream().mapToLong(Layer::outputs).sum();
    List<Symmetry.Fixed> fixed =
        symmetry.fixed().stream().filter(f -> layers.containsKey(f.layer())).toList();
    return new HiddenUnits(
        written - units(fixed.stream().filter(Symmetry.Fixed::output).toList()),
        fixed.stream().filter(f -> !f.output()).toList());
  }

  /** How many of them move. */
  public long moving() {
    return total - units(fixed);
  }

  private static long units(List<Symmetry.Fixed> fixed) {
    return fixed.stream().mapToLong(Symmetry.Fixed::units).sum();
  }
}
