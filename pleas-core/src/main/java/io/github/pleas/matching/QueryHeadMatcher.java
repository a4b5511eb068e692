package io.github.pleas.matching;

import io.github.pleas.linalg.CrossMoments;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Network;
import io.github.pleas.network.PositionSample;
import io.github.pleas.network.TokenMask;
import io.github.pleas.network.TokenPositions;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.QueryHeads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which query head of B goes with which of A, where several share a head of keys and values: by the
 * correlation, over images and positions, of how long a head's vector is, which does not depend on
 * the order of its features; of attention maps, of the weights themselves. Shared heads are paired
 * by the best pairing of their query heads, and within these pairs query heads are.
 */
public final class QueryHeadMatcher implements PairedPass.Observer, AutoCloseable {
  private static final long ROWS = 20_000;

  private record Source(
      QueryHeads heads,
      QueryHeads.Place place,
      FeatureView view,
      TokenPositions tokens,
      PositionSample sample,
      CrossMoments moments) {}

  private final List<QueryHeads> attentions;
  private final TokenMask mask;
  private final Workers workers;
  private final List<Source> sources = new ArrayList<>();
  private final List<CrossMoments.Scratch> scratches = new ArrayList<>();

  /**
   * A matcher.
   *
   * @param network one of both, for shapes
   * @param attentions what is matched
   * @param images how many images will be seen
   * @param tokens which tokens of them count, where they are texts
   * @param workers threads that add up
   */
  public QueryHeadMatcher(
      Network network, List<QueryHeads> attentions, int images, TokenMask tokens, Workers workers) {
    this.attentions = List.copyOf(attentions);
    this.mask = tokens;
    this.workers = workers;
    for (QueryHeads heads : attentions) {
      for (QueryHeads.Place place : heads.places()) {
        if (network.hasValue(place.tensor()) && network.isFloat(place.tensor())) {
          ValueShape shape = network.shape(place.tensor());
          if (shape.batchAxis() == 0 && place.axis() > 0) {
            FeatureView view = FeatureView.of(shape, place.axis());
            sources.add(
                new Source(
                    heads,
                    place,
                    view,
                    TokenPositions.of(shape, place.axis()),
                    PositionSample.of(view.positions(), images, ROWS, sources.size()),
                    new CrossMoments(heads.count(), heads.count())));
          }
        }
      }
    }
    int most = attentions.stream().mapToInt(QueryHeads::count).max().orElseThrow();
    for (int worker = 0; worker < workers.count(); worker++) {
      scratches.add(new CrossMoments.Scratch(most, workers));
    }
  }

  /** What must be computed. */
  public Set<String> values() {
    Set<String> values = new HashSet<>();
    sources.forEach(source -> values.add(source.place().tensor()));
    return values;
  }

  private int[] positions(Source source, int image) {
    return source.sample().of(image, source.tokens().real(mask, image));
  }

  @Override
  public List<RowSample> rows() {
    return sources.stream()
        .map(
            source ->
                new RowSample(
                    source.place().tensor(), source.view(), image -> positions(source, image)))
        .toList();
  }

  @Override
  public void observe(int first, int count, Activations a, Activations b) {
    workers.forEach(
        sources.size(),
        (worker, k) -> {
          Source source = sources.get(k);
          String value = source.place().tensor();
          int units = source.view().units();
          float[] row = new float[source.sample().perImage() * units];
          for (int image = 0; image < count; image++) {
            int[] positions = positions(source, first + image);
            a.read(value, source.view(), image, positions, row, 0, units);
            float[] x = lengths(source, row, positions.length);
            b.read(value, source.view(), image, positions, row, 0, units);
            float[] y = lengths(source, row, positions.length);
            source.moments().add(x, y, positions.length, scratches.get(worker));
          }
        });
  }

  /** For each position and query head how long its vector is. */
  private static float[] lengths(Source source, float[] rows, int positions) {
    int heads = source.heads().count();
    int size = source.place().size();
    float[] lengths = new float[positions * heads];
    for (int at = 0; at < lengths.length; at++) {
      int first = at / heads * source.view().units() + source.place().start() + at % heads * size;
      double squares = 0;
      for (int e = first; e < first + size; e++) {
        squares += (double) rows[e] * rows[e];
      }
      lengths[at] = (float) Math.sqrt(squares);
    }
    return lengths;
  }

  /**
   * For each attention the order of B's query heads, within their shared heads, that goes best with
   * A's.
   */
  public List<int[]> orders() {
    return attentions.stream().map(this::order).toList();
  }

  private int[] order(QueryHeads heads) {
    int n = heads.count();
    double[] similarity = new double[n * n];
    for (Source source : sources) {
      if (source.heads() == heads && source.moments().rows() > 0) {
        double[] own = source.moments().correlation();
        for (int e = 0; e < own.length; e++) {
          similarity[e] += own[e];
        }
      }
    }
    return QueryHeadOrder.of(heads, similarity);
  }

  @Override
  public void close() {
    scratches.forEach(CrossMoments.Scratch::close);
  }
}
