package io.github.pleas.matching;

import io.github.pleas.linalg.CrossMoments;
import io.github.pleas.linalg.OrthogonalProcrustes;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Network;
import io.github.pleas.network.PositionSample;
import io.github.pleas.network.TokenMask;
import io.github.pleas.network.TokenPositions;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.ResidualStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the residual streams of two networks vary together: X'Y over images and positions, summed
 * over all normalisations of the stream, whose results have one size wherever they stand; and the
 * rotation of Y that brings it closest to X.
 */
public final class StreamProducts implements PairedPass.Observer, AutoCloseable {
  /** Rows of one normalisation after which its products are known well enough. */
  private static final long ROWS = 40_000;

  /** What one normalisation of a stream writes. */
  private record Source(
      ResidualStream stream,
      String value,
      FeatureView view,
      TokenPositions tokens,
      PositionSample sample,
      CrossMoments moments) {}

  private final List<ResidualStream> streams;
  private final TokenMask mask;
  private final Workers workers;
  private final List<Source> sources = new ArrayList<>();
  private final List<CrossMoments.Scratch> scratches = new ArrayList<>();

  /**
   * An accumulator.
   *
   * @param network one of both, for shapes
   * @param streams its streams, which the other has too
   * @param images how many images will be seen
   * @param tokens which tokens of them count, where they are texts
   * @param workers threads that add up
   */
  public StreamProducts(
      Network network,
      List<ResidualStream> streams,
      int images,
      TokenMask tokens,
      Workers workers) {
    this.streams = List.copyOf(streams);
    this.mask = tokens;
    this.workers = workers;
    int most = streams.stream().mapToInt(ResidualStream::width).max().orElseThrow();
    for (ResidualStream stream : streams) {
      for (String value : stream.normalised()) {
        ValueShape shape = network.shape(value);
        FeatureView view = FeatureView.of(shape, shape.rank() - 1);
        long rows = Math.max(ROWS, 8L * stream.width());
        sources.add(
            new Source(
                stream,
                value,
                view,
                TokenPositions.of(shape, shape.rank() - 1),
                PositionSample.of(view.positions(), images, rows, sources.size()),
                new CrossMoments(stream.width(), stream.width())));
      }
    }
    for (int worker = 0; worker < workers.count(); worker++) {
      scratches.add(new CrossMoments.Scratch(most, workers));
    }
  }

  /** What must be computed. */
  public Set<String> values() {
    Set<String> values = new HashSet<>();
    sources.forEach(source -> values.add(source.value()));
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
                new RowSample(source.value(), source.view(), image -> positions(source, image)))
        .toList();
  }

  @Override
  public void observe(int first, int count, Activations a, Activations b) {
    workers.forEach(
        sources.size(),
        (worker, k) -> {
          Source source = sources.get(k);
          int width = source.stream().width();
          float[] x = new float[source.sample().perImage() * width];
          float[] y = new float[x.length];
          for (int image = 0; image < count; image++) {
            int[] positions = positions(source, first + image);
            a.read(source.value(), source.view(), image, positions, x, 0, width);
            b.read(source.value(), source.view(), image, positions, y, 0, width);
            source.moments().add(x, y, positions.length, scratches.get(worker));
          }
        });
  }

  /**
   * For each stream the rotation that brings B's closest to A's, [width, width], row-major: b Q is
   * about a.
   */
  public List<double[]> rotations() {
    List<double[]> rotations = new ArrayList<>();
    for (ResidualStream stream : streams) {
      int n = stream.width();
      double[] products = new double[n * n];
      for (Source source : sources) {
        if (source.stream() == stream) {
          double[] own = source.moments().products();
          for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
              products[j * n + i] += own[i * n + j]; // Y'X
            }
          }
        }
      }
      rotations.add(
          stream.keepsMean()
              ? OrthogonalProcrustes.solveCentred(products, n)
              : OrthogonalProcrustes.solve(products, n));
    }
    return rotations;
  }

  @Override
  public void close() {
    scratches.forEach(CrossMoments.Scratch::close);
  }
}
