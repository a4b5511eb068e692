package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Activations;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.TokenMask;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/**
 * What fails half-way gives its native memory back: the store spills all, so readings are copies.
 */
class FailurePathsTest {
  private final Network network = SmallNetworks.CONVOLUTIONAL.network(1);
  private final Layer layer = network.layers().get(0);
  private final Chunks chunks = new Chunks(2, 2, false);
  private final MergedLayer merged =
      new MergedLayer(
          "layer",
          layer,
          "w",
          Optional.empty(),
          MergedAxis.same(layer.inputs()),
          MergedAxis.same(layer.outputs()),
          MergedLayer.Role.TRUNK,
          layer.positions(network));

  private Frontier frontier(TensorStore store) {
    return new Frontier(
        new OrtRuntime(1),
        network.graph(),
        network::shape,
        store,
        chunks,
        (input, f, c, target) -> {});
  }

  @Test
  void theFirstBatchIsClosedWhenTheSecondCannotBeOpened() {
    try (TensorStore store = new TensorStore(0);
        Frontier a = frontier(store);
        Frontier b = frontier(store)) {
      b.close();
      RowReader reader =
          RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
      LayerRows.Inputs inputs =
          InputSources.originals(merged, reader, reader, a, b, InputSources.Mix.AVERAGED);
      long before = Pointer.totalBytes();
      assertThatThrownBy(() -> inputs.open(0)).hasMessageContaining("frontier");
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void whatIsOpenIsClosedWhenABatchOfRowsCannotBeOpened() {
    int[] closed = {0};
    LayerRows.Inputs inputs =
        new LayerRows.Inputs() {
          @Override
          public int columns() {
            return 1;
          }

          @Override
          public Optional<Unrolling> unrolling() {
            return Optional.empty();
          }

          @Override
          public Opened open(int chunk) {
            return new Opened() {
              @Override
              public void read(int image, int[] positions, float[] rows, int stride) {}

              @Override
              public void readPlaces(int image, float[] rows) {}

              @Override
              public boolean isCopy() {
                return false;
              }

              @Override
              public void close() {
                closed[0]++;
              }
            };
          }
        };
    try (TensorStore store = new TensorStore(0);
        Workers workers = new Workers(1);
        TargetRecorder recorder = new TargetRecorder(store, workers, TokenMask.ALL);
        Frontier skip = frontier(store)) {
      recorder.record(network, network, layer, layer.output(), 2, 100, 1);
      FloatBuffer values =
          FloatBuffer.allocate(
              Math.toIntExact(2L * network.shape(layer.output()).elementsPerImage()));
      Activations both = Activations.ofWhole(Map.of(layer.output(), values));
      recorder.observe(0, 2, both, both);
      skip.close();
      LayerRows rows =
          new LayerRows(
              merged,
              recorder,
              inputs,
              (image, a, b, t) -> {},
              Optional.of(
                  new LayerRows.Skip(
                      layer.input(), recorder.recording(merged).a().orElseThrow(), skip)),
              image -> true,
              chunks);
      long before = Pointer.totalBytes();
      assertThatThrownBy(() -> rows.open(0)).hasMessageContaining("frontier");
      assertThat(closed[0]).isEqualTo(1);
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    }
  }

  @Test
  void rowsThatCannotBeReadLeaveNoBuffer() {
    try (TensorStore store = new TensorStore(0);
        Workers workers = new Workers(1);
        TargetRecorder recorder = new TargetRecorder(store, workers, TokenMask.ALL)) {
      recorder.record(network, network, layer, layer.output(), 2, 100, 1);
      Activations tooShort = Activations.ofWhole(Map.of(layer.output(), FloatBuffer.allocate(1)));
      long before = Pointer.totalBytes();
      assertThatThrownBy(() -> recorder.observe(0, 2, tooShort, tooShort))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    }
  }
}
