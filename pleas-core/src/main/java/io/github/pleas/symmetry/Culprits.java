package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the groups whose units must not move, by bisection: a set of groups that changes the
 * outputs is cut in two, and both halves are tried. For c culprits among n groups that takes about
 * 2 c log2(n / c) runs of the network, at most 2 n. Each group is tried by itself, the blocks as
 * wholes and what stands in them apart.
 */
final class Culprits {
  private final Trial trial;
  private final Network network;
  private final Symmetry symmetry;
  private final double limit;
  private final long seed;
  private final List<Defect> found = new ArrayList<>();

  /**
   * A search.
   *
   * @param limit an error that is larger is more than rounding
   */
  Culprits(Trial trial, Network network, Symmetry symmetry, double limit, long seed) {
    this.trial = trial;
    this.network = network;
    this.symmetry = symmetry;
    this.limit = limit;
    this.seed = seed;
  }

  /**
   * The culprits, at least one. Groups that are innocent one by one, and to blame together, are not
   * all found at once.
   */
  List<Defect> find() {
    List<Integer> all = symmetry.groups().stream().map(UnitGroup::index).toList();
    find(all, error(all));
    return found.stream().sorted(Comparator.comparingInt(d -> d.group().index())).toList();
  }

  /** Finds a culprit at least among groups that change the outputs together. */
  private void find(List<Integer> groups, double error) {
    if (groups.size() == 1) {
      blame(groups.get(0), error);
      return;
    }
    int half = groups.size() / 2;
    boolean innocent = true;
    for (List<Integer> part :
        List.of(groups.subList(0, half), groups.subList(half, groups.size()))) {
      double own = error(part);
      if (!(own <= limit)) {
        find(part, own);
        innocent = false;
      }
    }
    if (innocent) {
      blameOneOf(groups, error);
    }
  }

  /** Of groups that change the outputs only together, the one that makes the measure full. */
  private void blameOneOf(List<Integer> groups, double error) {
    int passes = 1;
    int fails = groups.size();
    double atFails = error;
    while (fails - passes > 1) {
      int middle = (passes + fails) / 2;
      double own = error(groups.subList(0, middle));
      if (own <= limit) {
        passes = middle;
      } else {
        fails = middle;
        atFails = own;
      }
    }
    blame(groups.get(fails - 1), atFails);
  }

  private double error(Collection<Integer> moving) {
    Set<Integer> all = new HashSet<>(moving);
    return trial.error(symmetry, Permutations.random(symmetry, seed, all::contains));
  }

  private void blame(int index, double error) {
    UnitGroup group = symmetry.groups().get(index);
    Set<String> tensors =
        symmetry.family(group).stream()
            .flatMap(g -> g.members().stream())
            .map(UnitGroup.Member::tensor)
            .collect(Collectors.toSet());
    List<Node> operators =
        network.graph().nodes().stream()
            .filter(
                node ->
                    Subgraphs.reads(node).stream().anyMatch(tensors::contains)
                        || node.outputs().stream().anyMatch(tensors::contains))
            .toList();
    found.add(new Defect(group, error, operators));
  }
}
