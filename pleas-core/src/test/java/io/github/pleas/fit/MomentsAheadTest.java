package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.HostCard;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.HostPool;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.NextStop;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sums of a layer whose part was loaded while the layer before had no weights yet, as a fit goes
 * from layer to layer, are those of a part that was loaded with all weights.
 */
class MomentsAheadTest {
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void sumsOfPreparedPartsAreThoseOfOthers(SmallNetworks kind) {
    Network network = kind.network(2);
    List<Layer> dense = network.layers().stream().filter(l -> l.kind().isDense()).toList();
    HostCard there = new HostCard(1 << 26);
    AtomicInteger blocks = new AtomicInteger();
    HostMemory counted =
        bytes -> {
          blocks.incrementAndGet();
          return new NativeBuffer(bytes);
        };
    try (TensorStore store = new TensorStore(1 << 26);
        Workers workers = new Workers(2);
        HostPool pool = new HostPool(counted);
        Frontier ahead = MomentTapTest.frontier(network, store, Optional.of(there));
        Frontier cold = MomentTapTest.frontier(network, store, Optional.of(new HostCard(1 << 26)));
        Frontier plain =
            MomentTapTest.frontier(network, store, Optional.of(new HostCard(1 << 26)))) {
      List<Step> steps = new ArrayList<>();
      for (Layer layer : dense) {
        steps.add(Step.of(network, layer, store, workers));
      }
      Map<String, Tensor> constants = new HashMap<>(network.graph().initializers());
      for (int k = 0; k < steps.size(); k++) {
        Step step = steps.get(k);
        Optional<NextStop> next =
            k + 1 < steps.size()
                ? Optional.of(steps.get(k + 1).after(step, network))
                : Optional.empty();
        assertThat(there.clears()).isGreaterThanOrEqualTo(4 * k);
        int before = there.puts();
        MomentProblem found = step.problem(ahead, constants, next, pool, workers);
        // Where a part was prepared, the base at least was late; three arrays of each of three
        // batches are given, too.
        assertThat(there.puts() - before).isGreaterThanOrEqualTo(k == 0 ? 9 : 10);
        MomentProblem expected =
            step.problem(plain, constants, Optional.empty(), HostMemory.ORDINARY, workers);
        MomentTapTest.assertSame(found, expected, step.layer());
        assertSameBits(
            found,
            step.problem(cold, constants, next.map(Step::cold), HostMemory.ORDINARY, workers));
        // What a solution would be, and no more known than that before.
        String weight = step.layer().weight();
        constants.put(weight, turned(requireNonNull(constants.get(weight))));
      }
      // One block has room for all that is out at once, whatever the number of layers.
      assertThat(blocks).hasValue(1);
    }
  }

  /** A run on zeros, before a part is asked for, leaves nothing in what the part computes. */
  private static void assertSameBits(MomentProblem found, MomentProblem expected) {
    assertThat(found.rows()).isEqualTo(expected.rows());
    assertThat(found.gram()).isEqualTo(expected.gram());
    assertThat(found.cross()).isEqualTo(expected.cross());
    assertThat(found.leftSquares()).isEqualTo(expected.leftSquares());
    for (int o = 0; o < found.outputs(); o++) {
      assertThat(found.sums().mean(o)).isEqualTo(expected.sums().mean(o));
      assertThat(found.sums().covariance(o)).isEqualTo(expected.sums().covariance(o));
      assertThat(found.sums().variance(o)).isEqualTo(expected.sums().variance(o));
    }
  }

  private static Tensor turned(Tensor tensor) {
    float[] values = tensor.floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= i % 2 == 0 ? -0.9f : 1.1f;
    }
    return Tensor.ofFloats(tensor.shape(), values);
  }

  /** A layer to be solved. */
  private record Step(
      Layer layer, MergedLayer merged, RowReader reader, LayerRows rows, double[] base) {
    static Step of(Network network, Layer layer, TensorStore store, Workers workers) {
      MergedLayer merged = MomentTapTest.merged(network, layer);
      RowReader reader =
          RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
      long rows = MomentTapTest.IMAGES * layer.positions(network);
      LayerRows all =
          MomentTapTest.rows(
              merged,
              MomentTapTest.recorder(network, layer, rows, store, workers),
              // Rows are made where the frontier runs; here nothing is read.
              InputSources.merged(merged, reader, MomentTapTest.frontier(network, store)));
      int unknowns = reader.columns() + (layer.bias().isPresent() ? 1 : 0);
      double[] base = Problems.flat(Problems.normal(unknowns, layer.outputs(), 7));
      return new Step(layer, merged, reader, all, base);
    }

    /** This as what comes after another. */
    NextStop after(Step before, Network network) {
      List<ValueInfo> late = LateWeights.of(before.merged(), network);
      return DeviceMoments.stop(merged, rows, reader.unrolling(), Set.of(layer.input()), late);
    }

    /** A stop whose part is loaded and not run before. */
    static NextStop cold(NextStop stop) {
      return new NextStop(stop.wanted(), stop.tap(), stop.late(), Map.of());
    }

    MomentProblem problem(
        Frontier frontier,
        Map<String, Tensor> constants,
        Optional<NextStop> next,
        HostMemory host,
        Workers workers) {
      try (MomentTap tap =
          new MomentTap(
              layer.input(),
              reader.unrolling(),
              rows,
              base,
              layer.bias().isPresent(),
              host,
              workers)) {
        frontier.advance(Set.of(layer.input()), constants, Optional.of(tap), next);
        return tap.problem();
      }
    }
  }

  /** What a layer's weights will be like is what they are where nothing is merged. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void shapesOfWeightsAreKnownBeforehand(SmallNetworks kind) {
    Network network = kind.network(1);
    for (Layer layer : network.layers()) {
      for (ValueInfo info : LateWeights.of(MomentTapTest.merged(network, layer), network)) {
        long[] shape = info.shape().stream().mapToLong(ValueInfo.Dimension::size).toArray();
        int[] actual = network.constant(info.name()).shape();
        assertThat(shape).isEqualTo(java.util.Arrays.stream(actual).asLongStream().toArray());
      }
    }
  }
}
