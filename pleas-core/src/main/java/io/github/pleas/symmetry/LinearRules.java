package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Convolutions, and normalisation by stored statistics: the weight's axes follow the units that are
 * read and those that are written. In a convolution of several groups the channels that a group
 * reads, and those that it writes, stand in one block.
 */
final class LinearRules {
  private LinearRules() {}

  /** Conv: X [n, c, ...], W [o, c / groups, ...], B [o]. */
  static void convolution(Node node, Ties ties) {
    convolution(node, ties, false);
  }

  /** ConvTranspose: X [n, c, ...], W [c, o / groups, ...], B [o]. */
  static void transposed(Node node, Ties ties) {
    convolution(node, ties, true);
  }

  private static void convolution(Node node, Ties ties, boolean transposed) {
    if (!areConstant(node, ties)) {
      ties.fixInputs(node, Ties.name(node) + " is not a layer with constant weights");
      return;
    }
    ties.assign(node.output(), 0, ties.elements(node.input(0), 0));
    // Channels that are laid out as positions, for instance, each of which then sees its
    // neighbours.
    ties.elements(node.input(0)).stream()
        .filter(e -> !e.has(0) && !e.has(1))
        .forEach(e -> ties.fix(e.ids(), Ties.name(node) + " slides along this axis"));
    int groups = (int) node.intAttribute("group", 1);
    Optional<int[]> in = ties.elements(node.input(0), 1);
    int[] out;
    if (groups == 1) {
      ties.bind(node.input(1), transposed ? 0 : 1, in, node);
      out = ties.newUnits(node.output(), 1);
      ties.bind(node.input(1), transposed ? 1 : 0, Optional.of(out), node);
    } else {
      out = grouped(node, ties, groups, in, transposed);
      ties.assign(node.output(), 1, out);
    }
    if (node.hasInput(2)) {
      ties.bind(node.input(2), 0, Optional.of(out), node);
    }
    List<Elements> both = new ArrayList<>(List.of(Elements.on(1, out)));
    in.ifPresent(ids -> both.add(Elements.on(1, ids)));
    ties.keepTogether(node, both);
  }

  /** The units that a convolution of several groups writes. */
  private static int[] grouped(
      Node node, Ties ties, int groups, Optional<int[]> in, boolean transposed) {
    String weight = node.input(1);
    int[] shape = ties.shape(weight).dimensions();
    int[] view = new int[shape.length + 1];
    view[0] = groups;
    view[1] = shape[0] / groups;
    System.arraycopy(shape, 1, view, 2, shape.length - 1);
    int[] blocks;
    if (in.isPresent()) {
      Elements read = inGroups(in.get(), groups, transposed ? 1 : 2);
      ties.bind(weight, view, read, node);
      blocks = ties.blocks(read, new int[] {0}).ids();
    } else {
      ties.bind(weight, transposed ? 0 : 1, Optional.empty(), node);
      blocks = ties.fresh(groups);
      ties.fix(blocks, "the groups of " + Ties.name(node) + " read channels that do not move");
    }
    int channels = ties.shape(node.output()).dimension(1);
    int[] out = channels == groups ? blocks : ties.fresh(channels);
    Elements written = inGroups(out, groups, transposed ? 2 : 1);
    if (channels > groups) {
      ties.standIn(blocks, written.rows(new int[] {0}));
    }
    ties.bind(weight, view, written, node);
    return out;
  }

  /** Channels on the axis of groups, and where a group has several on another one too. */
  private static Elements inGroups(int[] ids, int groups, int axis) {
    return ids.length == groups
        ? Elements.on(0, ids)
        : new Elements(new int[] {0, axis}, new int[] {groups, ids.length / groups}, ids);
  }

  /** Whether everything but the first input is a constant, or left out. */
  private static boolean areConstant(Node node, Ties ties) {
    return node.inputs().stream().skip(1).allMatch(i -> i.isEmpty() || ties.isConstant(i));
  }

  /** BatchNormalization: X [n, c, ...] and four vectors [c]. */
  static void batchNormalization(Node node, Ties ties) {
    if (!areConstant(node, ties)) {
      ties.fixInputs(node, Ties.name(node) + " is not a layer with constant weights");
      return;
    }
    Optional<int[]> channels = ties.elements(node.input(0), 1);
    for (int axis = 0; axis < ties.shape(node.input(0)).rank(); axis++) {
      if (axis != 1) {
        ties.assign(node.output(), axis, ties.elements(node.input(0), axis));
      }
    }
    ties.assign(node.output(), 1, channels);
    node.inputs().stream().skip(1).forEach(p -> ties.bind(p, 0, channels, node));
  }
}
