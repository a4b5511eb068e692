package io.github.pleas.matching;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.PositionSample;
import io.github.pleas.onnx.Node;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * On which values the units of each group are compared, and in how many passes over the images,
 * since the sums of all groups at once may be more than memory holds.
 */
public final class UnitComparison {
  /**
   * Rows after which a group's correlations are known well enough: their standard error is 1 /
   * sqrt(rows), also where they are means over several values that share these rows.
   */
  private static final long ROWS = 20_000;

  /** Rows for each unit, where that is more: the best of many partners is to be told apart. */
  private static final long ROWS_OF_UNIT = 8;

  /** Rows of a group for all its values that only decide between equals. */
  private static final long FAINT_ROWS = 4_000;

  private final Network network;
  private final Symmetry symmetry;
  private final boolean within;
  private final Set<String> read;
  private final Set<String> written = new HashSet<>();
  private final List<List<Place>> places;

  /**
   * Where units stand in a value.
   *
   * @param value its name
   * @param rows of units in it
   * @param faint whether the value only decides between units that are alike otherwise
   * @param sharing how many values of the group share its rows, this one included: those that
   *     layers read, or the faint ones
   */
  record Place(String value, UnitRows rows, boolean faint, int sharing) {
    Place sharedBy(int values) {
      return new Place(value, rows, faint, values);
    }

    Place faintly(int values) {
      return new Place(value, rows, true, values);
    }

    /** The rows that a group is compared on. */
    PositionSample sample(UnitGroup group, int images) {
      long rows = faint ? FAINT_ROWS : rowsOf(group);
      return PositionSample.of(this.rows.perImage(), images, rows / sharing, group.index());
    }
  }

  /** The rows that a group is compared on, over all values that layers read. */
  public static long rowsOf(UnitGroup group) {
    return Math.max(ROWS, ROWS_OF_UNIT * group.size());
  }

  private UnitComparison(Network network, Symmetry symmetry, Set<String> ends, boolean within) {
    this.network = network;
    this.symmetry = symmetry;
    this.within = within;
    this.read = new HashSet<>(ends);
    for (Layer layer : network.layers()) {
      read.add(layer.input());
      written.add(written(network, layer));
    }
    this.places = symmetry.groups().stream().map(this::find).toList();
  }

  /**
   * What a layer writes before the activation: its output, or the sum that this is added to. On a
   * residual stream it is the sum that says something of the stream's units, and targets are made
   * of it as well, so that the summands need not be handed out: of a ResNet-50 they would be a
   * third of all that is.
   */
  private static String written(Network network, Layer layer) {
    List<Node> readers = network.consumers(layer.output());
    boolean summed =
        readers.size() == 1
            && readers.get(0).is("Add")
            && network.shape(readers.get(0).output()).equals(network.shape(layer.output()));
    return summed ? readers.get(0).output() : layer.output();
  }

  /**
   * Units of one network with those of the other.
   *
   * @param ends values of the network that layers behind it read
   */
  public static UnitComparison between(Network network, Symmetry symmetry, Set<String> ends) {
    return new UnitComparison(network, symmetry, ends, false);
  }

  /** All units of both networks with all units of both, for zipping. */
  public static UnitComparison within(Network network, Symmetry symmetry, Set<String> ends) {
    return new UnitComparison(network, symmetry, ends, true);
  }

  Network network() {
    return network;
  }

  Symmetry symmetry() {
    return symmetry;
  }

  /** Rows and columns of a group's similarity: its units, or both networks' units. */
  int columns(UnitGroup group) {
    return within ? 2 * group.size() : group.size();
  }

  boolean isWithin() {
    return within;
  }

  /**
   * The post-activation features that layers read, or all values where none is read; then, faintly,
   * what layers write before the activation. Values where the units stand on several axes together,
   * as features of heads do that were cut apart, are looked at only where there are no others.
   */
  List<Place> places(UnitGroup group) {
    return places.get(group.index());
  }

  private List<Place> find(UnitGroup group) {
    List<Place> onOneAxis = values(group, true);
    List<Place> values = onOneAxis.isEmpty() ? values(group, false) : onOneAxis;
    List<Place> features = values.stream().filter(place -> read.contains(place.value())).toList();
    if (features.isEmpty()) {
      return values.stream().map(place -> place.sharedBy(values.size())).toList();
    }
    List<Place> faint =
        values.stream()
            .filter(place -> !read.contains(place.value()) && written.contains(place.value()))
            .toList();
    return Stream.concat(
            features.stream().map(place -> place.sharedBy(features.size())),
            faint.stream().map(place -> place.faintly(faint.size())))
        .toList();
  }

  private List<Place> values(UnitGroup group, boolean onOneAxis) {
    return group.members().stream()
        .filter(m -> !network.isConstant(m.tensor()) && m.isOnOneAxis() == onOneAxis)
        .flatMap(
            m ->
                UnitRows.of(network.shape(m.tensor()), symmetry, group, m)
                    .map(rows -> new Place(m.tensor(), rows, false, 1))
                    .stream())
        .toList();
  }

  /** All values that any group is compared on. */
  public Set<String> values() {
    Set<String> values = new HashSet<>();
    for (UnitGroup group : symmetry.groups()) {
      places(group).forEach(place -> values.add(place.value()));
    }
    return values;
  }

  /**
   * The outermost groups, in order, as many in each pass as fit into memory with all that stands in
   * their units; at least one in each, however large, and at least one pass.
   *
   * @param images how many images will be seen
   * @param bytes for the sums of one pass
   */
  public List<List<UnitGroup>> passes(int images, long bytes) {
    List<List<UnitGroup>> passes = new ArrayList<>(List.of(new ArrayList<>()));
    long used = 0;
    for (UnitGroup group : symmetry.groups()) {
      if (group.blocks().isPresent()) {
        continue;
      }
      long needed =
          symmetry.family(group).stream().mapToLong(member -> bytes(member, images)).sum();
      List<UnitGroup> pass = passes.get(passes.size() - 1);
      if (!pass.isEmpty() && used + needed > bytes) {
        pass = new ArrayList<>();
        passes.add(pass);
        used = 0;
      }
      pass.add(group);
      used += needed;
    }
    return passes;
  }

  private long bytes(UnitGroup group, int images) {
    long columns = columns(group);
    // And, when groups are matched, all at once, their mean and what a matcher makes of it.
    long sums = (places(group).size() + 2L) * columns * columns * Double.BYTES;
    long rows =
        places(group).stream()
            .mapToLong(place -> ActivationSimilarity.rowsInBlock(place.sample(group, images)))
            .sum();
    return sums + 2 * rows * columns * Float.BYTES;
  }
}
