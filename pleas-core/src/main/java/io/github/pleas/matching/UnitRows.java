package io.github.pleas.matching;

import io.github.pleas.network.FeatureView;
import io.github.pleas.network.TokenPositions;
import io.github.pleas.network.UnitGather;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A value seen as rows of a group's units: one row for each position of each image, that is for
 * each combination of places on the axes on which they do not stand.
 *
 * @param elements of one image
 * @param starts for each position where its row begins in an image, positions row-major
 * @param offsets element r of unit u lies {@code offsets[r][u]} behind its row's start; units may
 *     have several elements, all of them as many
 * @param tokens which tokens the positions belong to
 */
record UnitRows(int elements, int[] starts, int[][] offsets, TokenPositions tokens) {
  /**
   * The rows of a group in a value.
   *
   * @param shape of the value
   * @param member where in it the units stand
   * @return nothing if these are no rows, images one after another: the batch is not the value's
   *     first axis, or units stand along it, or some have more elements than others
   */
  static Optional<UnitRows> of(
      ValueShape shape, Symmetry symmetry, UnitGroup group, UnitGroup.Member member) {
    return symmetry.standings(member.tensor()).stream()
        .filter(s -> s.axes().equals(member.axes()) && s.fills() == member.fills())
        .flatMap(standing -> of(shape, standing, group).stream())
        .findFirst();
  }

  private static Optional<UnitRows> of(
      ValueShape shape, Symmetry.Standing standing, UnitGroup group) {
    int[] view = standing.view();
    if (shape.batchAxis() != 0 || standing.axes().contains(0) || view[0] != shape.dimension(0)) {
      return Optional.empty();
    }
    List<Integer> along = IntStream.of(standing.viewAxes()).boxed().toList();
    List<Integer> others =
        IntStream.range(1, view.length).filter(axis -> !along.contains(axis)).boxed().toList();
    int[] starts = places(view, others);
    int[] elements = places(view, along);
    int[][] offsets = offsets(elements, standing, group);
    return offsets.length == 0
        ? Optional.empty()
        : Optional.of(
            new UnitRows(
                starts.length * elements.length,
                starts,
                offsets,
                tokens(shape, standing, others, starts.length)));
  }

  /** Where each combination of places on some axes lies, row-major, all other axes at zero. */
  private static int[] places(int[] view, List<Integer> axes) {
    int[] places = {0};
    for (int axis : axes) {
      int stride = product(view, axis + 1, view.length);
      int length = view[axis];
      places =
          IntStream.of(places)
              .flatMap(place -> IntStream.range(0, length).map(k -> place + k * stride))
              .toArray();
    }
    return places;
  }

  private static int product(int[] dimensions, int from, int to) {
    return IntStream.range(from, to).map(k -> dimensions[k]).reduce(1, Math::multiplyExact);
  }

  /** Of each unit its elements in order; nothing if not all units have as many. */
  private static int[][] offsets(int[] places, Symmetry.Standing standing, UnitGroup group) {
    List<List<Integer>> byUnit = new ArrayList<>();
    for (int u = 0; u < group.size(); u++) {
      byUnit.add(new ArrayList<>());
    }
    for (int e = 0; e < places.length; e++) {
      if (standing.units().group()[e] == group.index()) {
        byUnit.get(standing.units().unit()[e]).add(places[e]);
      }
    }
    int repeats = byUnit.get(0).size();
    if (byUnit.stream().anyMatch(own -> own.size() != repeats)) {
      return new int[0][];
    }
    int[][] offsets = new int[repeats][group.size()];
    for (int r = 0; r < repeats; r++) {
      for (int u = 0; u < group.size(); u++) {
        offsets[r][u] = byUnit.get(u).get(r);
      }
    }
    return offsets;
  }

  /** The tokens of the positions; the axes of the value that run over them are the view's, too. */
  private static TokenPositions tokens(
      ValueShape shape, Symmetry.Standing standing, List<Integer> others, int positions) {
    int[] view = standing.view();
    int[] axes =
        IntStream.of(shape.tokenAxes()).filter(axis -> !standing.axes().contains(axis)).toArray();
    int[] strides = new int[axes.length];
    int[] lengths = new int[axes.length];
    for (int k = 0; k < axes.length; k++) {
      int behind = product(shape.dimensions(), axes[k] + 1, shape.rank());
      lengths[k] = shape.dimension(axes[k]);
      strides[k] =
          others.stream()
              .filter(axis -> product(view, axis, view.length) <= behind)
              .mapToInt(axis -> view[axis])
              .reduce(1, Math::multiplyExact);
    }
    return new TokenPositions(positions, strides, lengths);
  }

  /** Rows that each image gives, one for each element of a unit. */
  int perImage() {
    return Math.multiplyExact(starts.length, offsets.length);
  }

  /**
   * Reads rows of one image.
   *
   * @param values images one after another
   * @param places which rows: of position p and element r of each unit number p R + r
   * @param out where to write
   * @param from index of the first row's first unit there
   * @param stride from each row to the next
   */
  void read(FloatBuffer values, int image, int[] places, float[] out, int from, int stride) {
    int[] begins = new int[places.length];
    int repeats = offsets.length;
    int units = offsets[0].length;
    for (int k = 0; k < places.length; k++) {
      begins[k] = image * elements + starts[places[k] / repeats];
    }
    OptionalInt distance = distance();
    if (distance.isPresent()) {
      for (int k = 0; k < places.length; k++) {
        begins[k] += offsets[0][0];
      }
      UnitGather.read(values, begins, units, distance.getAsInt(), out, from, stride);
      return;
    }
    for (int k = 0; k < places.length; k++) {
      int[] own = offsets[places[k] % repeats];
      for (int u = 0, at = from + k * stride; u < units; u++) {
        out[at + u] = values.get(begins[k] + own[u]);
      }
    }
  }

  /** The view of the value along one axis that these rows are, if they are one. */
  Optional<FeatureView> view() {
    OptionalInt distance = distance();
    if (distance.isEmpty() || offsets[0][0] != 0) {
      return Optional.empty();
    }
    int inner = distance.getAsInt();
    int units = offsets[0].length;
    if (starts.length % inner != 0 || starts.length * units != elements) {
      return Optional.empty();
    }
    FeatureView view = new FeatureView(units, starts.length / inner, inner);
    for (int position = 0; position < starts.length; position++) {
      if (starts[position] != view.start(0, position)) {
        return Optional.empty();
      }
    }
    return Optional.of(view);
  }

  /** From each unit to the next, if that is the same for all and they have one element each. */
  private OptionalInt distance() {
    int[] own = offsets[0];
    if (offsets.length > 1) {
      return OptionalInt.empty();
    }
    int distance = own.length > 1 ? own[1] - own[0] : 1;
    for (int u = 1; u < own.length; u++) {
      if (own[u] - own[u - 1] != distance) {
        return OptionalInt.empty();
      }
    }
    return distance > 0 ? OptionalInt.of(distance) : OptionalInt.empty();
  }
}
