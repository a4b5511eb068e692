package io.github.pleas.eval;

import java.nio.FloatBuffer;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A network's outputs on the images of a domain, batch by batch: computed when they are asked for,
 * or kept from when it ran over these images.
 */
public interface OutputBatches extends AutoCloseable {
  /** The most images that can be asked for at once. */
  int capacity();

  /**
   * All outputs by name, [count, numbers of an image] each, from position 0 of memory that the next
   * batch may overwrite.
   *
   * @param first the first image of the domain
   * @param count at most {@link #capacity}
   */
  Map<String, FloatBuffer> of(int first, int count);

  /**
   * The same where something else may be done meanwhile: what comes back waits for it, and is asked
   * before another batch is.
   */
  default Supplier<Map<String, FloatBuffer>> begin(int first, int count) {
    Map<String, FloatBuffer> values = of(first, count);
    return () -> values;
  }

  @Override
  void close();
}
