package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The hidden units of a network: what its operators with weights write (convolutions, transposed
 * ones too, linear layers, recurrent cells, the projections of an attention that has them inside,
 * quantised or not) and is not an output of the network. All of them would be expected to move.
 *
 * @param total how many there are
 * @param fixed those that do not move, by operator and reason
 */
public record HiddenUnits(long total, List<Symmetry.Fixed> fixed) {
  public HiddenUnits {
    fixed = List.copyOf(fixed);
  }

  /** Counts the hidden units of a network. */
  public static HiddenUnits of(Network network, Symmetry symmetry) {
    List<UnitWriter> makers = UnitWriter.of(network).stream().filter(UnitWriter::makes).toList();
    long written = makers.stream().mapToLong(UnitWriter::units).sum();
    Set<String> names = makers.stream().map(UnitWriter::name).collect(Collectors.toSet());
    List<Symmetry.Fixed> fixed =
        symmetry.fixed().stream().filter(f -> names.contains(f.layer())).toList();
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
