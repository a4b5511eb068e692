package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Activations;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.TokenMask;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.runtime.CardMemory;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.HostCard;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.HostPool;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The moments that the operators make where a layer's input is computed, here on the processor, are
 * those of the rows themselves, read panel by panel.
 */
class MomentTapTest {
  static final int IMAGES = 5;
  private static final Chunks CHUNKS = new Chunks(IMAGES, 2, false);

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theMomentsOfEveryDenseLayerAreThoseOfItsRows(SmallNetworks kind) {
    assertSameMoments(kind.network(1));
  }

  @Test
  void windowsMayBeStridedDilatedAndPaddedUnevenly() {
    GraphBuilder g = new GraphBuilder(3);
    String weight = g.weight(0.3, 4, 3, 3, 2);
    String conv =
        g.node(
            "Conv",
            Map.of(
                "kernel_shape", new Attribute.Ints(List.of(3L, 2L)),
                "strides", new Attribute.Ints(List.of(2L, 1L)),
                "dilations", new Attribute.Ints(List.of(1L, 2L)),
                "pads", new Attribute.Ints(List.of(2L, 0L, 1L, 1L))),
            g.input("x", 3, 9, 8),
            weight);
    assertSameMoments(Runs.read(g.build(g.gemm(g.pooled(g.relu(conv)), 4, 2))));
  }

  private static void assertSameMoments(Network network) {
    for (Layer layer : network.layers()) {
      if (layer.kind().isDense() && layer.bias().isPresent()) {
        assertSameMoments(network, layer, true, false);
        assertSameMoments(network, layer, false, true);
      } else if (layer.kind().isDense()) {
        assertSameMoments(network, layer, false, false);
      }
    }
  }

  /** A layer of the merged network that is as the original's. */
  static MergedLayer merged(Network network, Layer layer) {
    return new MergedLayer(
        layer.name(),
        layer,
        layer.weight(),
        layer.bias(),
        MergedAxis.same(layer.inputs()),
        MergedAxis.same(layer.outputs()),
        MergedLayer.Role.TRUNK,
        layer.positions(network));
  }

  private static void assertSameMoments(Network network, Layer layer, boolean bias, boolean skips) {
    MergedLayer merged = merged(network, layer);
    RowReader reader =
        RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
    int unknowns = reader.columns() + (bias ? 1 : 0);
    double[] base = Problems.flat(Problems.normal(unknowns, layer.outputs(), 7));
    Set<String> wanted = new HashSet<>(Set.of(layer.input()));
    // Any value of the targets' shape will do for what is taken off them: the layer's own output.
    Optional<String> skipped = skips ? Optional.of(layer.output()) : Optional.empty();
    skipped.ifPresent(wanted::add);
    try (TensorStore store = new TensorStore(1 << 26);
        Workers workers = new Workers(2);
        HostPool host = new HostPool(HostMemory.ORDINARY);
        TargetRecorder recorder = recorder(network, layer, store, workers);
        Frontier read = frontier(network, store);
        Frontier tapped = frontier(network, store);
        Frontier onCard = frontier(network, store, new HostCard(1 << 24));
        Frontier onSmallCard = frontier(network, store, new HostCard(4 * unknowns))) {
      ValueShape shape = network.shape(layer.output());
      FeatureView view = FeatureView.of(shape, layer.unitAxis(shape.rank()));
      LayerRows rows =
          rows(
              merged,
              recorder,
              InputSources.merged(merged, reader, read),
              skipped.map(value -> new LayerRows.Skip(value, view, read)));
      read.advance(wanted, network.graph().initializers());
      MomentProblem expected = MomentProblem.of(List.of(rows), base, bias, workers);
      for (Frontier frontier : List.of(tapped, onCard, onSmallCard)) {
        if (skips) {
          frontier.advance(wanted, network.graph().initializers());
        }
        try (MomentTap tap =
            new MomentTap(layer.input(), reader.unrolling(), rows, base, bias, host, workers)) {
          frontier.advance(wanted, network.graph().initializers(), tap);
          assertSame(tap.problem(), expected, layer);
        }
      }
    }
  }

  static void assertSame(MomentProblem found, MomentProblem expected, Layer layer) {
    String name = layer.name();
    assertThat(found.rows()).as(name).isEqualTo(expected.rows());
    assertThat(found.base()).as(name).isEqualTo(expected.base());
    assertClose(found.gram(), expected.gram(), name + " X'X");
    assertClose(found.cross(), expected.cross(), name + " X'D");
    assertClose(found.leftSquares(), expected.leftSquares(), name + " D^2");
    for (int o = 0; o < found.outputs(); o++) {
      // The panels' prediction is of single precision, and a sum of numbers larger than itself.
      double root = Math.sqrt(expected.sums().meanSquare(o));
      double left = Math.sqrt(expected.leftSquares()[o]);
      assertThat(found.sums().mean(o)).isCloseTo(expected.sums().mean(o), within(2e-6 * root));
      assertThat(found.sums().covariance(o))
          .isCloseTo(expected.sums().covariance(o), within(5e-6 * root * left));
      assertThat(found.sums().variance(o))
          .isCloseTo(expected.sums().variance(o), within(5e-6 * root * root));
    }
    double squares = expected.sums().targetSquares();
    assertThat(found.sums().targetSquares()).isCloseTo(squares, within(1e-9 * squares));
  }

  /** Equal to rounding of single precision, relative to the largest. */
  static void assertClose(double[] found, double[] expected, String what) {
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(found[i] - expected[i]));
    }
    assertThat(found).hasSameSizeAs(expected);
    assertThat(error).as(what).isLessThanOrEqualTo(2e-6 * largest);
  }

  static LayerRows rows(MergedLayer merged, TargetRecorder recorder, LayerRows.Inputs inputs) {
    return rows(merged, recorder, inputs, Optional.empty());
  }

  private static LayerRows rows(
      MergedLayer merged,
      TargetRecorder recorder,
      LayerRows.Inputs inputs,
      Optional<LayerRows.Skip> skip) {
    return new LayerRows(
        merged,
        recorder,
        inputs,
        (image, a, b, t) -> {
          for (int o = 0; o < t.length; o++) {
            t[o] = a[o] + 0.5f * image;
          }
        },
        skip,
        // One image, and so one whole batch, gives none.
        image -> image != 4,
        CHUNKS);
  }

  /** A recorder that saw every image, at fewer positions than there are. */
  private static TargetRecorder recorder(
      Network network, Layer layer, TensorStore store, Workers workers) {
    long sampled = Math.max(1, 2 * layer.positions(network) / 3);
    return recorder(network, layer, IMAGES * sampled, store, workers);
  }

  /** A recorder that saw every image, at so many positions of all together. */
  static TargetRecorder recorder(
      Network network, Layer layer, long sampled, TensorStore store, Workers workers) {
    TargetRecorder recorder = new TargetRecorder(store, workers, TokenMask.ALL);
    recorder.record(network, network, layer, layer.output(), IMAGES, sampled, 1);
    int elements = Math.toIntExact(network.shape(layer.output()).elementsPerImage());
    Random random = new Random(2);
    for (int chunk = 0; chunk < CHUNKS.count(); chunk++) {
      FloatBuffer values = FloatBuffer.allocate(CHUNKS.images(chunk) * elements);
      while (values.hasRemaining()) {
        values.put((float) random.nextGaussian());
      }
      Activations all = Activations.ofWhole(Map.of(layer.output(), requireNonNull(values.flip())));
      recorder.observe(CHUNKS.start(chunk), CHUNKS.images(chunk), all, all);
    }
    return recorder;
  }

  static Frontier frontier(Network network, TensorStore store) {
    return frontier(network, store, Optional.empty());
  }

  private static Frontier frontier(Network network, TensorStore store, CardMemory card) {
    return frontier(network, store, Optional.of(card));
  }

  static Frontier frontier(Network network, TensorStore store, Optional<CardMemory> card) {
    return new Frontier(
        Runs.RUNTIME,
        network.graph(),
        network::shape,
        store,
        CHUNKS,
        (input, first, count, target) -> {
          Random random = new Random(first);
          for (long i = count * network.shape(input).elementsPerImage(); i > 0; i--) {
            target.put((float) random.nextGaussian());
          }
        },
        card);
  }
}
