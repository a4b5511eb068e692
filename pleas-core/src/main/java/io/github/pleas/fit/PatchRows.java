package io.github.pleas.fit;

import io.github.pleas.network.Window;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;

/**
 * A convolution unrolled: the row of an output position holds, for each input channel, the elements
 * under the kernel's taps, zero where they fall outside. Column order as in the weight: channel,
 * then tap.
 */
public final class PatchRows implements RowReader {
  private final int all;
  private final int firstChannel;
  private final int channels;
  private final int taps;
  private final int plane;

  /** For each position and tap the offset in a channel's plane; outside it, one behind its end. */
  private final int[] offsets;

  /**
   * A reader for one layer.
   *
   * @param window what the convolution sees at each position
   * @param input [batch, channels, space...]
   * @param output [batch, any, space...]
   */
  public PatchRows(Window window, ValueShape input, ValueShape output) {
    this(window, input, output, 0, input.dimension(1));
  }

  /**
   * A reader of some channels, as one group of a convolution sees them.
   *
   * @param firstChannel the first of them
   * @param channels how many
   */
  public PatchRows(
      Window window, ValueShape input, ValueShape output, int firstChannel, int channels) {
    int rank = window.rank();
    int[] in = new int[rank];
    int[] out = new int[rank];
    int pixels = 1;
    int positions = 1;
    for (int axis = 0; axis < rank; axis++) {
      in[axis] = input.dimension(axis + 2);
      out[axis] = output.dimension(axis + 2);
      pixels *= in[axis];
      positions *= out[axis];
    }
    this.all = input.dimension(1);
    this.firstChannel = firstChannel;
    this.channels = channels;
    this.taps = window.taps();
    this.plane = pixels;
    this.offsets = new int[Math.multiplyExact(positions, taps)];
    for (int position = 0; position < positions; position++) {
      for (int tap = 0; tap < taps; tap++) {
        offsets[position * taps + tap] = offset(window, in, out, position, tap, plane);
      }
    }
  }

  private static int offset(
      Window window, int[] in, int[] out, int position, int tap, int outside) {
    int offset = 0;
    int scale = 1;
    int p = position;
    int t = tap;
    for (int axis = in.length - 1; axis >= 0; axis--) {
      int at =
          p % out[axis] * window.strides()[axis]
              - window.pads()[axis]
              + t % window.kernel()[axis] * window.dilations()[axis];
      if (at < 0 || at >= in[axis]) {
        return outside;
      }
      offset += at * scale;
      scale *= in[axis];
      p /= out[axis];
      t /= window.kernel()[axis];
    }
    return offset;
  }

  @Override
  public int columns() {
    return channels * taps;
  }

  @Override
  public Unrolling unrolling() {
    return new Unrolling(all, firstChannel, channels, 1, plane, taps, offsets);
  }

  @Override
  public void read(FloatBuffer batch, int image, int[] positions, float[] rows, int stride) {
    // One channel at a time in an array of its own, with a zero behind it for all that is outside.
    float[] elements = new float[plane + 1];
    int base = (image * all + firstChannel) * plane;
    for (int channel = 0; channel < channels; channel++, base += plane) {
      batch.get(base, elements, 0, plane);
      for (int row = 0; row < positions.length; row++) {
        int first = positions[row] * taps;
        int at = row * stride + channel * taps;
        for (int tap = 0; tap < taps; tap++) {
          rows[at + tap] = elements[offsets[first + tap]];
        }
      }
    }
  }
}
