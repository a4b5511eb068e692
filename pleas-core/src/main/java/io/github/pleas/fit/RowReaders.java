package io.github.pleas.fit;

import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Layer;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/** The row reader for each kind of layer. */
final class RowReaders {
  private RowReaders() {}

  /**
   * A reader of a layer's input.
   *
   * @param input shape of the value that the layer reads, in the network that it is read from
   * @param output shape of the value that it writes
   */
  static RowReader of(Layer layer, ValueShape input, ValueShape output) {
    return switch (layer.kind()) {
      case CONVOLUTION, DEPTHWISE -> new PatchRows(layer.window(), input, output);
      case GEMM, MATMUL, AFFINE -> {
        FeatureView view = FeatureView.of(input, layer.unitAxis(input.rank()));
        yield new FeatureRows(view);
      }
      case GROUPED -> throw new IllegalArgumentException(layer.name() + " is read by its groups");
    };
  }

  /** A reader of what one group of a convolution sees. */
  static RowReader ofGroup(Layer layer, ValueShape input, ValueShape output, int group) {
    int channels = input.dimension(1) / layer.groups();
    return new PatchRows(layer.window(), input, output, group * channels, channels);
  }

  private record FeatureRows(FeatureView view) implements RowReader {
    @Override
    public int columns() {
      return view.units();
    }

    @Override
    public Unrolling unrolling() {
      int[] offsets = IntStream.range(0, view.positions()).toArray();
      return new Unrolling(view.units(), 0, view.units(), view.outer(), view.inner(), 1, offsets);
    }

    @Override
    public void read(FloatBuffer batch, int image, int[] positions, float[] rows, int stride) {
      if (stride == view.units()) {
        view.read(batch, image, positions, rows);
        return;
      }
      float[] packed = new float[positions.length * view.units()];
      view.read(batch, image, positions, packed);
      for (int row = 0; row < positions.length; row++) {
        System.arraycopy(packed, row * view.units(), rows, row * stride, view.units());
      }
    }
  }
}
