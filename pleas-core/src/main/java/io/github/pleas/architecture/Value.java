package io.github.pleas.architecture;

/**
 * A value on its way through the graph that is being built.
 *
 * @param name its name in the graph
 * @param form how its axes are laid out
 * @param channels its length along the axis of channels; -1 where it is not known
 * @param height rows of a map where the image's size is known, else -1
 * @param width columns, likewise
 */
record Value(String name, Form form, int channels, int height, int width) {
  enum Form {
    /** [batch, channels, height, width]. */
    MAP,
    /** [batch, height, width, channels]. */
    CHANNELS_LAST,
    /** [batch, tokens, channels]. */
    TOKENS,
    /** [batch, channels]. */
    VECTOR
  }

  Value named(String other) {
    return new Value(other, form, channels, height, width);
  }

  Value as(Form other) {
    return new Value(name, other, channels, height, width);
  }

  Value ofChannels(int count) {
    return new Value(name, form, count, height, width);
  }

  Value ofSize(int rows, int columns) {
    return new Value(name, form, channels, rows, columns);
  }

  /** How many places a window has along an axis; none if it is wider than the axis. */
  static int places(int positions, int window, int stride) {
    return Math.max(0, Math.floorDiv(positions - window, stride) + 1);
  }

  boolean sizeKnown() {
    return height >= 0 && width >= 0;
  }
}
