package io.github.pleas.eval;

import java.nio.FloatBuffer;
import java.util.Map;

/**
 * The originals' outputs on the images of their domains: computed when they are asked for, or kept
 * from when the originals ran over these images.
 */
public interface OriginalOutputs {
  /** One original's outputs, batch by batch. */
  interface Batches extends AutoCloseable {
    /** The most images that can be asked for at once. */
    int capacity();

    /**
     * All outputs by name, [count, numbers of an image] each, from position 0 of memory that the
     * next batch may overwrite.
     *
     * @param first the first image of the domain
     * @param count at most {@link #capacity}
     */
    Map<String, FloatBuffer> of(int first, int count);

    @Override
    void close();
  }

  /**
   * A's outputs on a domain's images.
   *
   * @throws IllegalArgumentException if there are none on these
   */
  Batches ofA(Agreement.Domain domain);

  /**
   * B's outputs on a domain's images.
   *
   * @throws IllegalArgumentException if there are none on these
   */
  Batches ofB(Agreement.Domain domain);
}
