package io.github.pleas.budget;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Names;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * How many pairs each unit group may keep separate: none where it cannot be separated or a layer
 * that writes it is to be merged, all where one is to be kept separate, otherwise all numbers that
 * give an allowed width.
 */
public final class GroupCounts {
  private final Network network;
  private final Separability separability;
  private final Symmetry symmetry;
  private final BudgetOptions options;

  /**
   * The counts of a network's groups.
   *
   * @param network the trunk
   * @param separability which groups can be kept separate at all
   */
  public GroupCounts(Network network, Separability separability, BudgetOptions options) {
    this.network = network;
    this.separability = separability;
    this.symmetry = separability.symmetry();
    this.options = options;
  }

  /**
   * For each group the counts allowed, ascending.
   *
   * @throws InvalidInputException if an expression is found in no layer's name, a layer is to be
   *     merged and kept separate, or a group cannot do what is asked of it
   */
  public int[][] all() {
    String[] bound = new String[symmetry.groups().size()];
    int[][] counts = new int[bound.length][];
    for (UnitGroup group : symmetry.groups()) {
      int g = group.index();
      counts[g] = separability.isSeparable(g) ? ofWidth(group) : UnitCounts.fixed(0);
    }
    for (Pattern pattern : options.keepSeparate()) {
      for (Layer layer : matching("keep-separate", pattern)) {
        for (int g : written(layer)) {
          UnitGroup group = symmetry.groups().get(g);
          if (!separability.isSeparable(g)) {
            throw new InvalidInputException(
                "keep-separate '%s': the units of '%s' are all merged: %s"
                    .formatted(pattern, layer.name(), separability.whyNot(g).orElseThrow()));
          }
          counts[g] = UnitCounts.fixed(group.size());
          bound[g] = layer.name();
        }
      }
    }
    for (Pattern pattern : options.merge()) {
      for (Layer layer : matching("merge", pattern)) {
        for (int g : written(layer)) {
          if (bound[g] != null) {
            throw new InvalidInputException(
                "merge '%s' and keep-separate contradict each other: '%s' and '%s' write the same units"
                    .formatted(pattern, layer.name(), bound[g]));
          }
          counts[g] = UnitCounts.fixed(0);
        }
      }
    }
    return counts;
  }

  /** Of blocks, the widths are those of what stands in them. */
  private int[] ofWidth(UnitGroup group) {
    int multiple = options.widthMultiple();
    List<UnitGroup> inside = symmetry.inside(group);
    if (inside.isEmpty()) {
      return UnitCounts.ofWidth(group.size(), multiple);
    }
    return Arrays.stream(UnitCounts.all(group.size()))
        .filter(
            count ->
                count == 0
                    || count == group.size()
                    || inside.stream()
                        .mapToInt(units -> symmetry.each(units.index()))
                        .allMatch(each -> (group.size() + count) * each % multiple == 0))
        .toArray();
  }

  private List<Layer> matching(String option, Pattern pattern) {
    List<Layer> found =
        network.layers().stream()
            .filter(
                layer ->
                    pattern.matcher(layer.name()).find() || pattern.matcher(layer.weight()).find())
            .toList();
    if (found.isEmpty()) {
      throw new InvalidInputException(
          "%s '%s' is found in no layer's name; names near it are %s"
              .formatted(
                  option,
                  pattern,
                  Names.nearest(
                      pattern.pattern(), network.layers().stream().map(Layer::name).toList())));
    }
    if (found.stream().allMatch(layer -> written(layer).isEmpty())) {
      Layer layer = found.get(0);
      throw new InvalidInputException(
          "%s '%s' is found in the name of '%s' only, whose units do not move: %s"
              .formatted(
                  option,
                  pattern,
                  layer.name(),
                  network.graph().outputs().stream().anyMatch(o -> o.name().equals(layer.output()))
                      ? "they are the network's output"
                      : "'pleas inspect' says why"));
    }
    return found;
  }

  /** The groups whose units a layer writes, of units in blocks that of the blocks; ascending. */
  private TreeSet<Integer> written(Layer layer) {
    TreeSet<Integer> groups = new TreeSet<>();
    symmetry
        .axis(layer.weight(), layer.outputAxis())
        .ifPresent(
            units -> {
              for (int g : units.group()) {
                if (g >= 0) {
                  groups.add(symmetry.outermost(g));
                }
              }
            });
    return groups;
  }
}
