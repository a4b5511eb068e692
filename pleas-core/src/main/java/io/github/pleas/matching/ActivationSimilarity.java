package io.github.pleas.matching;

import static java.util.Objects.requireNonNull;

import io.github.pleas.linalg.CrossMoments;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.PositionSample;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Similarity of units as correlation of their activations over images and positions, summed over
 * the values of the group that layers read (the post-activation features; PLeaS, section 3.1). Each
 * value counts alike.
 *
 * <p>What the group's layers write, before the activation, counts too, but faintly: it decides
 * between units that look alike on the images, such as those that a ReLU keeps at zero on all of
 * them.
 *
 * <p>For zipping the units of both networks are compared with all units of both.
 */
public final class ActivationSimilarity implements PairedPass.Observer, AutoCloseable {
  /** Rows after which a correlation is known well enough: its standard error is 1 / sqrt(rows). */
  private static final long ROWS = 40_000;

  /** Rows for values that only decide between equals. */
  private static final long FAINT_ROWS = 4_000;

  private static final double FAINT = 1e-3;

  /** Rows that are gathered before they are added, at least. */
  private static final int BLOCK = 1024;

  /** Units of one group on one value: element r of unit u at {@code elements[r][u]}. */
  private final class Source {
    final UnitGroup group;
    final String value;
    final FeatureView view;
    final int[][] elements;
    final PositionSample sample;
    final CrossMoments moments;
    final int columns;
    final double weight;

    Source(UnitGroup group, String value, FeatureView view, int[][] elements, boolean faint) {
      this.group = group;
      this.value = value;
      this.view = view;
      this.elements = elements;
      this.sample =
          PositionSample.of(
              Math.multiplyExact(view.positions(), elements.length),
              images,
              Math.max(faint ? FAINT_ROWS : ROWS, 8L * group.size()),
              group.index());
      this.columns = within ? 2 * group.size() : group.size();
      this.moments = new CrossMoments(columns, columns);
      this.weight = faint ? FAINT : 1;
    }

    int imagesInBlock() {
      return Math.max(1, BLOCK / sample.perImage());
    }

    /** Numbers in a block. */
    int blockSize() {
      return imagesInBlock() * sample.perImage() * group.size() * (within ? 2 : 1);
    }

    /** Adds the rows of a batch, block by block. */
    void add(int first, int count, FloatBuffer a, FloatBuffer b, Place place) {
      float[] x = place.x();
      float[] y = place.y();
      int imagesInBlock = imagesInBlock();
      for (int from = 0; from < count; from += imagesInBlock) {
        int to = Math.min(count, from + imagesInBlock);
        int row = 0;
        for (int image = from; image < to; image++) {
          int[] places = sample.of(first + image);
          if (within) {
            int stride = 2 * group.size();
            read(a, image, places, x, row * stride, stride);
            read(b, image, places, x, row * stride + group.size(), stride);
          } else {
            read(a, image, places, x, row * group.size(), group.size());
            read(b, image, places, y, row * group.size(), group.size());
          }
          row += places.length;
        }
        moments.add(x, within ? x : y, row, place.scratch());
      }
    }

    /** Writes a row of units for each place, the first from some index on. */
    private void read(
        FloatBuffer values, int image, int[] places, float[] rows, int from, int stride) {
      int repeats = elements.length;
      int units = group.size();
      int[] starts = new int[places.length];
      for (int k = 0; k < starts.length; k++) {
        starts[k] = view.start(image, places[k] / repeats);
      }
      // Unit by unit, as they lie in memory.
      for (int u = 0; u < units; u++) {
        for (int k = 0, at = from + u; k < starts.length; k++, at += stride) {
          int element = elements[repeats == 1 ? 0 : places[k] % repeats][u];
          rows[at] = values.get(starts[k] + element * view.inner());
        }
      }
    }
  }

  /** Where a thread works: two blocks of rows, and what adding them needs. */
  private record Place(float[] x, float[] y, CrossMoments.Scratch scratch) {}

  private final Symmetry symmetry;
  private final int images;
  private final Workers workers;
  private final boolean within;
  private final List<Source> sources = new ArrayList<>();

  /** One for each thread, for its sources one after another. */
  private final List<Place> places = new ArrayList<>();

  /**
   * An accumulator for all groups of a network.
   *
   * @param ends values of the network that layers behind it read
   * @param images how many images will be seen
   * @param workers threads that add up
   */
  public ActivationSimilarity(
      Network network, Symmetry symmetry, Set<String> ends, int images, Workers workers) {
    this(network, symmetry, ends, images, workers, false);
  }

  /** As above, but of all units of both networks with all units of both. */
  public static ActivationSimilarity within(
      Network network, Symmetry symmetry, Set<String> ends, int images, Workers workers) {
    return new ActivationSimilarity(network, symmetry, ends, images, workers, true);
  }

  private ActivationSimilarity(
      Network network,
      Symmetry symmetry,
      Set<String> ends,
      int images,
      Workers workers,
      boolean within) {
    this.symmetry = symmetry;
    this.images = images;
    this.workers = workers;
    this.within = within;
    Set<String> read = new HashSet<>(ends);
    Set<String> written = new HashSet<>();
    for (Layer layer : network.layers()) {
      read.add(layer.input());
      written.add(layer.output());
    }
    for (UnitGroup group : symmetry.groups()) {
      List<UnitGroup.Member> values =
          group.members().stream()
              .filter(m -> !network.isConstant(m.tensor()) && m.isOnOneAxis())
              .filter(m -> isInRows(network.shape(m.tensor()), m.axis()))
              .toList();
      List<UnitGroup.Member> features =
          values.stream().filter(member -> read.contains(member.tensor())).toList();
      for (UnitGroup.Member member : features.isEmpty() ? values : features) {
        sources.add(source(network, group, member, false));
      }
      for (UnitGroup.Member member : features.isEmpty() ? features : values) {
        if (written.contains(member.tensor()) && !read.contains(member.tensor())) {
          sources.add(source(network, group, member, true));
        }
      }
    }
  }

  /** Whether a value is rows of units, images one after another. */
  private static boolean isInRows(ValueShape shape, int axis) {
    return shape.batchAxis() == 0 && axis > 0;
  }

  private Source source(Network network, UnitGroup group, UnitGroup.Member member, boolean faint) {
    FeatureView view = FeatureView.of(network.shape(member.tensor()), member.axis());
    AxisUnits units = symmetry.axis(member.tensor(), member.axis()).orElseThrow();
    return new Source(group, member.tensor(), view, elements(units, group), faint);
  }

  private static int[][] elements(AxisUnits units, UnitGroup group) {
    List<List<Integer>> byUnit = new ArrayList<>();
    for (int u = 0; u < group.size(); u++) {
      byUnit.add(new ArrayList<>());
    }
    for (int e = 0; e < units.length(); e++) {
      if (units.group()[e] == group.index()) {
        byUnit.get(units.unit()[e]).add(e);
      }
    }
    int[][] elements = new int[byUnit.get(0).size()][group.size()];
    for (int r = 0; r < elements.length; r++) {
      for (int u = 0; u < group.size(); u++) {
        elements[r][u] = byUnit.get(u).get(r);
      }
    }
    return elements;
  }

  @Override
  public Set<String> values() {
    Set<String> values = new HashSet<>();
    sources.forEach(source -> values.add(source.value));
    return values;
  }

  @Override
  public void observe(
      int first, int count, Map<String, FloatBuffer> a, Map<String, FloatBuffer> b) {
    if (places.isEmpty() && !sources.isEmpty()) {
      addPlaces();
    }
    // A source for each thread: their sums are their own, so no order of threads shows in them.
    workers.forEach(
        sources.size(),
        (worker, k) -> {
          Source source = sources.get(k);
          source.add(
              first,
              count,
              requireNonNull(a.get(source.value)),
              requireNonNull(b.get(source.value)),
              places.get(worker));
        });
  }

  private void addPlaces() {
    int block = sources.stream().mapToInt(Source::blockSize).max().orElseThrow();
    int columns = sources.stream().mapToInt(source -> source.columns).max().orElseThrow();
    for (int worker = 0; worker < workers.count(); worker++) {
      places.add(new Place(new float[block], new float[block], new CrossMoments.Scratch(columns)));
    }
  }

  /**
   * For each group the matrix [units of A, units of B], row-major, of mean correlations over the
   * values that layers read, and faintly over those that its layers write. Where units are compared
   * within networks too, its rows and columns are both A's units and then B's. To be called once,
   * at the end: what a group was made from is given up when its matrix is there, since both of all
   * groups would be twice as much.
   */
  public double[][] similarities() {
    closePlaces();
    double[][] all = new double[symmetry.groups().size()][];
    for (UnitGroup group : symmetry.groups()) {
      List<Source> own = sources.stream().filter(s -> s.group == group).toList();
      int columns = within ? 2 * group.size() : group.size();
      double[] sum = new double[columns * columns];
      for (Source source : own) {
        long alike = own.stream().filter(s -> s.weight == source.weight).count();
        double[] correlation = source.moments.correlation();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += source.weight / alike * correlation[i];
        }
      }
      all[group.index()] = sum;
      sources.removeAll(own);
    }
    return all;
  }

  private void closePlaces() {
    places.forEach(place -> place.scratch().close());
    places.clear();
  }

  @Override
  public void close() {
    closePlaces();
  }
}
