package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.linalg.FloatPanel;
import io.github.pleas.linalg.Moments;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.network.Window;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** X'X by places of a convolution's input is X'X by its rows. */
class RowMomentsTest {
  private static final int IMAGES = 3;
  private static final int CHANNELS = 4;

  private static PatchRows reader(int[] in, Window window) {
    int[] out = new int[in.length];
    for (int axis = 0; axis < in.length; axis++) {
      int reach = window.dilations()[axis] * (window.kernel()[axis] - 1) + 1;
      out[axis] = (in[axis] + 2 * window.pads()[axis] - reach) / window.strides()[axis] + 1;
    }
    return new PatchRows(
        window,
        new ValueShape(new int[] {1, CHANNELS, in[0], in[1]}, 0),
        new ValueShape(new int[] {1, 1, out[0], out[1]}, 0),
        1,
        CHANNELS - 1);
  }

  @Property(tries = 200)
  void productsOfPlacesAreThoseOfRows(
      @ForAll @IntRange(min = 1, max = 7) int height,
      @ForAll @IntRange(min = 1, max = 7) int width,
      @ForAll @IntRange(min = 1, max = 3) int rows,
      @ForAll @IntRange(min = 1, max = 4) int columns,
      @ForAll @IntRange(min = 1, max = 2) int stride,
      @ForAll @IntRange(min = 1, max = 2) int dilation,
      @ForAll @IntRange(min = 4, max = 5) int pad) {
    Window window =
        new Window(
            new int[] {rows, columns},
            new int[] {stride, 1},
            new int[] {pad - 3, pad - 2},
            new int[] {1, dilation});
    if (height + 2 * (pad - 3) < rows || width + 2 * (pad - 2) < dilation * (columns - 1) + 1) {
      return;
    }
    PatchRows reader = reader(new int[] {height, width}, window);
    Unrolling unrolling = reader.unrolling();
    int positions = unrolling.offsets().length / unrolling.taps();
    int unknowns = reader.columns();
    FloatBuffer batch = values(IMAGES * CHANNELS * height * width);
    float[] x = new float[positions * unknowns];
    int[] all = java.util.stream.IntStream.range(0, positions).toArray();
    double[] expected = new double[unknowns * unknowns];
    try (Workers workers = new Workers(2);
        FloatPanel places = new FloatPanel(IMAGES * unrolling.places(), unrolling.units());
        FloatPanel none = new FloatPanel(IMAGES, unknowns);
        FloatPanel targets = new FloatPanel(IMAGES, 1);
        PlaceGram gram = new PlaceGram(PlacePairs.all(unrolling), unrolling, workers)) {
      float[] units = new float[unrolling.places() * unrolling.units()];
      for (int image = 0; image < IMAGES; image++) {
        reader.read(batch, image, all, x, unknowns);
        for (int row = 0; row < positions; row++) {
          for (int i = 0; i < unknowns; i++) {
            for (int j = 0; j < unknowns; j++) {
              expected[i * unknowns + j] +=
                  (double) x[row * unknowns + i] * x[row * unknowns + j] / IMAGES;
            }
          }
        }
        unrolling.readPlaces(batch, image, units);
        places.put(image * unrolling.places(), 0, units, 0, units.length);
      }
      gram.add(places, IMAGES);
      Moments moments = new Moments(unknowns, 1, workers, unknowns);
      moments.add(none, targets, IMAGES);
      gram.addTo(moments);
      double[] found = moments.meanGram();
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(1e-4));
      }
    }
  }

  private static FloatBuffer values(int count) {
    Random random = new Random(count);
    FloatBuffer values = FloatBuffer.allocate(count);
    while (values.hasRemaining()) {
      values.put((float) random.nextGaussian());
    }
    return values.flip();
  }

  @Test
  void aWindowThatMovesByOneIsMultipliedOnceForEachDistance() {
    Window window =
        new Window(new int[] {3, 3}, new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1});
    PlacePairs pairs = PlacePairs.all(reader(new int[] {14, 14}, window).unrolling());
    // 13 distances of 45 pairs of taps, fewer of them at the edges; and at each edge, where some
    // windows end, sums of their own for what is seen along it.
    assertThat(pairs.lists()).hasSize(29);
    assertThat(pairs.count()).isLessThan(13 * 14 * 14);
  }

  @Test
  void whereWindowsDoNotOverlapRowsAreLessWork() {
    Window apart =
        new Window(new int[] {2, 2}, new int[] {2, 2}, new int[] {0, 0}, new int[] {1, 1});
    ValueShape in = new ValueShape(new int[] {1, 256, 14, 14}, 0);
    ValueShape out = new ValueShape(new int[] {1, 1, 7, 7}, 0);
    assertThat(PlacePairs.of(new PatchRows(apart, in, out).unrolling())).isEmpty();
    Window one = new Window(new int[] {1, 1}, new int[] {1, 1}, new int[] {0, 0}, new int[] {1, 1});
    assertThat(PlacePairs.of(new PatchRows(one, in, in).unrolling())).isEmpty();
    Window overlapping =
        new Window(new int[] {3, 3}, new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1});
    assertThat(PlacePairs.of(new PatchRows(overlapping, in, in).unrolling())).isPresent();
  }

  @Test
  void aLayersMomentsByPlacesAreThoseByRowsWithTheirBias() {
    GraphBuilder g = new GraphBuilder(3);
    String input = g.input("x", 3, 9, 8);
    String conv = g.relu(g.conv(g.relu(g.conv(input, 3, 5, 3)), 5, 6, 3));
    Network network = Runs.read(g.build(g.gemm(g.pooled(conv), 6, 2)));
    Layer layer = network.layers().get(1);
    for (boolean bias : new boolean[] {true, false}) {
      RowReader reader =
          RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
      int unknowns = reader.columns() + (bias ? 1 : 0);
      double[] base = Problems.flat(Problems.normal(unknowns, layer.outputs(), 7));
      long all = MomentTapTest.IMAGES * layer.positions(network);
      try (TensorStore store = new TensorStore(1 << 26);
          Workers workers = new Workers(2);
          TargetRecorder recorder = MomentTapTest.recorder(network, layer, all, store, workers);
          Frontier frontier = MomentTapTest.frontier(network, store)) {
        frontier.advance(Set.of(layer.input()), network.graph().initializers());
        var merged = MomentTapTest.merged(network, layer);
        LayerRows rows =
            MomentTapTest.rows(merged, recorder, InputSources.merged(merged, reader, frontier));
        Optional<Unrolling> unrolled = rows.unrolled();
        assertThat(unrolled).isPresent();
        PlacePairs pairs = PlacePairs.all(unrolled.get());
        RowMoments found;
        RowMoments expected;
        try (LayerPanels panels =
                new LayerPanels(
                    List.of(rows),
                    base,
                    bias,
                    all,
                    workers,
                    new LayerPanels.Wanted(unrolled, LayerPanels.Wanted.all(List.of(rows))));
            LayerPanels others = new LayerPanels(List.of(rows), base, bias, all, workers)) {
          found = RowMoments.byPlaces(panels, rows, pairs, unrolled.get(), bias, workers);
          expected = RowMoments.byRows(others, rows, bias, workers);
        }
        MomentTapTest.assertClose(found.moments().meanGram(), expected.moments().meanGram(), "X'X");
        assertThat(found.moments().meanCross()).isEqualTo(expected.moments().meanCross());
        assertThat(found.moments().rows()).isEqualTo(expected.moments().rows());
      }
    }
  }

  @Test
  void aBaseThatLeavesMuchIsTakenOffMomentsAsItIsOffRows() {
    GraphBuilder g = new GraphBuilder(3);
    String conv = g.relu(g.conv(g.input("x", 3, 9, 8), 3, 5, 3));
    Network network = Runs.read(g.build(g.gemm(g.pooled(conv), 5, 2)));
    Layer layer = network.layers().get(0);
    RowReader reader =
        RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
    int unknowns = reader.columns() + 1;
    double[] base = Problems.flat(Problems.normal(unknowns, layer.outputs(), 7));
    long all = MomentTapTest.IMAGES * layer.positions(network);
    try (TensorStore store = new TensorStore(1 << 26);
        Workers workers = new Workers(2);
        TargetRecorder recorder = MomentTapTest.recorder(network, layer, all, store, workers);
        Frontier frontier = MomentTapTest.frontier(network, store)) {
      frontier.advance(Set.of(layer.input()), network.graph().initializers());
      var merged = MomentTapTest.merged(network, layer);
      List<LayerRows> rows =
          List.of(
              MomentTapTest.rows(merged, recorder, InputSources.merged(merged, reader, frontier)));
      // Targets are outputs at random: a base of zeros leaves them as they are.
      double[] zeros = new double[base.length];
      assertThat(BaseProducts.answered(rows, zeros, all, workers)).isEmpty();
      assertThat(BaseProducts.answered(rows, base, all, workers)).isEmpty();
      int[] whole = LayerPanels.Wanted.all(rows);
      RowMoments expected = RowMoments.of(rows, base, true, all, whole, workers);
      for (int[] some : new int[][] {{}, {3}, {0, 1, 2, 4}, {0, 1, 2, 3, 4}}) {
        RowMoments found = RowMoments.of(rows, base, true, all, some, workers).lessBut(some);
        assertSame(found, expected, layer.outputs());
      }
    }
  }

  private static void assertSame(RowMoments found, RowMoments expected, int outputs) {
    MomentTapTest.assertClose(
        found.moments().sums().gram(), expected.moments().sums().gram(), "X'X");
    MomentTapTest.assertClose(found.moments().meanCross(), expected.moments().meanCross(), "X'D");
    MomentTapTest.assertClose(
        found.moments().meanTargetSquares(), expected.moments().meanTargetSquares(), "D^2");
    for (int o = 0; o < outputs; o++) {
      BaseSums sums = found.sums();
      double square = expected.sums().meanSquare(o);
      assertThat(sums.mean(o)).isCloseTo(expected.sums().mean(o), within(1e-5));
      assertThat(sums.meanSquare(o)).isCloseTo(square, within(1e-5 * square));
      assertThat(sums.covariance(o))
          .isCloseTo(expected.sums().covariance(o), within(1e-5 * square));
      assertThat(sums.meanSquareTarget(o))
          .isCloseTo(expected.sums().meanSquareTarget(o), within(1e-6 * square));
    }
  }

  @Test
  void aBaseIsTakenOffTheRowsOfOutputsOfWhichItLeavesLittle() {
    BaseSums sums = new BaseSums(2);
    sums.add(
        FloatBuffer.wrap(new float[] {1, 1, -1, 2}),
        FloatBuffer.wrap(new float[] {0, 1, 0, 2}),
        new int[] {0, 1},
        0,
        2);
    assertThat(sums.meanSquareLeft(0)).isEqualTo(sums.meanSquareTarget(0)).isEqualTo(1);
    assertThat(sums.meanSquareLeft(1)).isZero();
    assertThat(sums.meanSquareTarget(1)).isEqualTo(2.5);
    assertThat(BaseProducts.answered(sums, 2)).containsExactly(1);
    assertThat(BaseProducts.answered(sums, 1)).isEmpty();
    assertThat(BaseProducts.answered(new BaseSums(1), 1)).containsExactly(0);
  }

  @Test
  void whereOnlySomePositionsAreRowsThereAreNoPlaces() {
    GraphBuilder g = new GraphBuilder(3);
    String conv = g.relu(g.conv(g.input("x", 3, 9, 8), 3, 5, 3));
    Network network = Runs.read(g.build(g.gemm(g.pooled(conv), 5, 2)));
    Layer layer = network.layers().get(0);
    RowReader reader =
        RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
    long some = MomentTapTest.IMAGES * layer.positions(network) / 2;
    try (TensorStore store = new TensorStore(1 << 26);
        Workers workers = new Workers(1);
        TargetRecorder recorder = MomentTapTest.recorder(network, layer, some, store, workers);
        Frontier frontier = MomentTapTest.frontier(network, store)) {
      var merged = MomentTapTest.merged(network, layer);
      LayerRows rows =
          MomentTapTest.rows(merged, recorder, InputSources.merged(merged, reader, frontier));
      assertThat(rows.unrolled()).isEmpty();
    }
  }
}
