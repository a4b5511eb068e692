package io.github.pleas.matching;

import io.github.pleas.linalg.CrossMoments;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.PositionSample;
import io.github.pleas.network.TokenMask;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Similarity of units as correlation of their activations over images and positions, summed over
 * the values of the group that layers read (the post-activation features; PLeaS, section 3.1). Each
 * value counts alike.
 *
 * <p>What the group's layers write, before the activation, counts too, but faintly: it decides
 * between units that look alike on the images, such as those that a ReLU keeps at zero on all of
 * them.
 *
 * @see UnitComparison
 */
public final class ActivationSimilarity implements PairedPass.Observer, AutoCloseable {
  private static final double FAINT = 1e-3;

  /** Rows that are gathered before they are added, about. */
  private static final int BLOCK = 1024;

  /** Rows of a group's matrix that a thread makes at a time. */
  private static final int BAND = 64;

  /** Units of one group on one value. */
  private final class Source {
    final UnitGroup group;
    final String value;
    final UnitRows rows;
    final Optional<FeatureView> view;
    final PositionSample sample;
    final CrossMoments moments;
    final int columns;
    final double weight;

    /** Rows of A's units, or of both networks', that are not added yet, and of B's. */
    private final float[] x;

    private final float[] y;
    private int gathered;
    private int images;

    Source(UnitGroup group, UnitComparison.Place place) {
      this.group = group;
      this.value = place.value();
      this.rows = place.rows();
      this.view = rows.view();
      this.sample = place.sample(group, total);
      this.columns = comparison.columns(group);
      this.moments = new CrossMoments(columns, columns);
      this.weight = place.faint() ? FAINT : 1;
      this.x = new float[Math.multiplyExact(rowsInBlock(sample), columns)];
      this.y = new float[within ? 0 : x.length];
    }

    /**
     * Gathers the rows of a batch, and adds them block by block, a group of batches by itself. The
     * first batch says what the sums are taken about.
     *
     * @param begins whether it begins a group, see {@link Chunks#group}
     */
    void add(
        int first,
        int count,
        boolean begins,
        Activations a,
        Activations b,
        CrossMoments.Scratch scratch) {
      if (begins) {
        flush(scratch);
      }
      for (int image = 0; image < count; image++) {
        if (images == imagesInBlock(sample)) {
          flush(scratch);
        }
        gather(first, image, a, b);
      }
      if (first == 0) {
        moments.chooseShift(x, within ? x : y, gathered);
      }
    }

    private int[] places(int image) {
      return sample.of(begin + image, real(image));
    }

    private void gather(int first, int image, Activations a, Activations b) {
      int[] places = places(first + image);
      int units = group.size();
      if (within) {
        read(a, image, places, x, gathered * 2 * units, 2 * units);
        read(b, image, places, x, gathered * 2 * units + units, 2 * units);
      } else {
        read(a, image, places, x, gathered * units, units);
        read(b, image, places, y, gathered * units, units);
      }
      gathered += places.length;
      images++;
    }

    /** The work of an image, up to a factor. */
    long work() {
      return (long) sample.perImage() * columns * columns;
    }

    /** Adds what is gathered. */
    void flush(CrossMoments.Scratch scratch) {
      moments.add(x, within ? x : y, gathered, scratch);
      gathered = 0;
      images = 0;
    }

    private void read(Activations of, int image, int[] places, float[] out, int from, int stride) {
      if (view.isPresent()) {
        of.read(value, view.get(), image, places, out, from, stride);
      } else {
        rows.read(of.whole(value), image, places, out, from, stride);
      }
    }

    /** The places that belong to real tokens: each position has one for each repeat. */
    private int[] real(int image) {
      int[] positions = rows.tokens().real(mask, image);
      int repeats = rows.offsets().length;
      if (repeats == 1) {
        return positions;
      }
      int[] places = new int[positions.length * repeats];
      for (int k = 0; k < places.length; k++) {
        places[k] = positions[k / repeats] * repeats + k % repeats;
      }
      return places;
    }
  }

  private final UnitComparison comparison;
  private final int total;
  private final int begin;
  private final TokenMask mask;
  private final Workers workers;
  private final boolean within;
  private final List<UnitGroup> outermost;

  /** By the index of their group, in the order of groups; those that were taken are gone. */
  private final Map<Integer, List<Source>> sources =
      Collections.synchronizedMap(new LinkedHashMap<>());

  private int inGroup = 1;
  private int batches;

  /** One for each thread, for its sources one after another. */
  private final List<CrossMoments.Scratch> scratches = new ArrayList<>();

  /**
   * An accumulator.
   *
   * @param outermost the groups to compare, each with all that stands in its units
   * @param images how many images will be seen
   * @param tokens which tokens of them count, where they are texts
   * @param workers threads that add up
   */
  public ActivationSimilarity(
      UnitComparison comparison,
      List<UnitGroup> outermost,
      int images,
      TokenMask tokens,
      Workers workers) {
    this(comparison, outermost, images, 0, tokens, workers);
  }

  /**
   * An accumulator of a part of the images.
   *
   * @param images how many there are in all parts
   * @param begin the place of the part's first image among all
   */
  public ActivationSimilarity(
      UnitComparison comparison,
      List<UnitGroup> outermost,
      int images,
      int begin,
      TokenMask tokens,
      Workers workers) {
    this.comparison = comparison;
    this.total = images;
    this.begin = begin;
    this.mask = tokens;
    this.workers = workers;
    this.within = comparison.isWithin();
    this.outermost = List.copyOf(outermost);
    Symmetry symmetry = comparison.symmetry();
    List<UnitGroup> groups =
        outermost.stream().flatMap(first -> symmetry.family(first).stream()).toList();
    groups.forEach(group -> sources.put(group.index(), List.of()));
    // Sums begin as zeros, and memory that is new to the process is slow.
    workers.forEach(groups.size(), k -> sources.put(groups.get(k).index(), sources(groups.get(k))));
  }

  private List<Source> sources(UnitGroup group) {
    return comparison.places(group).stream().map(place -> new Source(group, place)).toList();
  }

  @Override
  public void observe(int first, int count, Activations a, Activations b) {
    openScratches();
    if (first == 0) {
      inGroup = Chunks.inGroup(count);
    }
    boolean begins = batches++ % inGroup == 0;
    // A source for each thread: their sums are their own, so no order of threads shows in them.
    List<Source> ordered = mostWorkFirst();
    workers.forEach(
        ordered.size(),
        (worker, k) -> {
          Source source = ordered.get(k);
          source.add(first, count, begins, a, b, scratches.get(worker));
        });
  }

  private List<Source> sources() {
    synchronized (sources) {
      return sources.values().stream().flatMap(List::stream).toList();
    }
  }

  /** Were the largest last, the other threads would wait for the one that has it. */
  private List<Source> mostWorkFirst() {
    return sources().stream()
        .sorted(Comparator.comparingLong((Source source) -> source.work()).reversed())
        .toList();
  }

  @Override
  public List<RowSample> rows() {
    return sources().stream()
        .flatMap(
            source ->
                source.view.stream().map(view -> new RowSample(source.value, view, source::places)))
        .toList();
  }

  @Override
  public Set<String> wholeValues() {
    return sources().stream()
        .filter(source -> source.view.isEmpty())
        .map(source -> source.value)
        .collect(Collectors.toSet());
  }

  private void openScratches() {
    int columns = sources().stream().mapToInt(source -> source.columns).max().orElse(0);
    while (columns > 0 && scratches.size() < workers.count()) {
      scratches.add(new CrossMoments.Scratch(columns, workers));
    }
  }

  private static int imagesInBlock(PositionSample sample) {
    return Math.max(1, BLOCK / sample.perImage());
  }

  /** Rows of a block, at most: it may be one image's, however many that gives. */
  static int rowsInBlock(PositionSample sample) {
    return Math.multiplyExact(imagesInBlock(sample), sample.perImage());
  }

  /** Adds what is gathered, after which no images come. */
  private synchronized void flush() {
    if (!scratches.isEmpty()) {
      List<Source> ordered = mostWorkFirst();
      workers.forEach(ordered.size(), (worker, k) -> ordered.get(k).flush(scratches.get(worker)));
      closeScratches();
    }
  }

  /**
   * Has all groups matched after the last image: each outermost one by one thread, those with the
   * most units first, since the largest takes the longest by far.
   *
   * @param matcher matches different groups at once
   */
  public void match(UnitMatcher matcher) {
    flush();
    List<UnitGroup> ordered =
        outermost.stream().sorted(Comparator.comparingLong(this::pairs).reversed()).toList();
    workers.forEach(ordered.size(), k -> matcher.match(ordered.get(k), this::take));
  }

  /** How many pairs of units there are of a group and of all that stands in its units. */
  private long pairs(UnitGroup outermost) {
    return comparison.symmetry().family(outermost).stream()
        .mapToLong(group -> (long) comparison.columns(group) * comparison.columns(group))
        .sum();
  }

  /**
   * A group's matrix [units of A, units of B], row-major, of mean correlations over the values that
   * layers read, and faintly over those that its layers write. Where units are compared within
   * networks too, its rows and columns are both A's units and then B's. To be called once for each
   * group, after the last image: what it was made from is given up. Several threads may take
   * different groups.
   *
   * @throws IllegalStateException if the group is not compared here, or was taken
   */
  public double[] take(UnitGroup group) {
    flush();
    List<Source> own = sources.remove(group.index());
    if (own == null) {
      throw new IllegalStateException(
          "group '%s' is not compared here, or was taken".formatted(group.name()));
    }
    int columns = comparison.columns(group);
    double[] sum = new double[columns * columns];
    int bands = (columns + BAND - 1) / BAND;
    // The threads that match no group help out, if there are any.
    workers.forEach(
        bands,
        band -> {
          int first = band * BAND;
          int end = Math.min(columns, first + BAND);
          for (Source source : own) {
            source.moments.addCorrelation(share(source, own), first, end, sum);
          }
        });
    return sum;
  }

  /** Values of one weight share it alike. */
  private static double share(Source source, List<Source> own) {
    return source.weight / own.stream().filter(s -> s.weight == source.weight).count();
  }

  /** What the sums of all sources are taken about, in their order, after the first image. */
  public List<CrossMoments.Shift> shifts() {
    return sources().stream().map(source -> source.moments.shift()).toList();
  }

  /** Takes the sums about what others chose, before the first image. */
  public void startAt(List<CrossMoments.Shift> shifts) {
    List<Source> all = requireAll(shifts.size());
    for (int k = 0; k < shifts.size(); k++) {
      all.get(k).moments.startAt(shifts.get(k));
    }
  }

  /** What the images seen add to those that others saw. */
  public SimilaritySums sums() {
    flush();
    return SimilaritySums.of(sources().stream().map(source -> source.moments.sums()).toList());
  }

  /** Adds what others saw of other images. */
  public void add(SimilaritySums others) {
    List<Source> all = requireAll(others.moments().size());
    for (int k = 0; k < all.size(); k++) {
      all.get(k).moments.add(others.moments().get(k));
    }
  }

  private List<Source> requireAll(int count) {
    List<Source> all = sources();
    if (count != all.size()) {
      throw new IllegalArgumentException(
          "units are compared on %d values here, on %d elsewhere".formatted(all.size(), count));
    }
    return all;
  }

  private void closeScratches() {
    scratches.forEach(CrossMoments.Scratch::close);
    scratches.clear();
  }

  @Override
  public void close() {
    closeScratches();
  }
}
