package io.github.pleas.fit;

import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;

/**
 * Takes what the merged network gives on the images that it was fitted on, where its fit has them
 * at hand when the last layer is solved: on all images, or on none.
 */
public interface OutputObserver {
  /** The outputs that it takes, all of which nodes of the merged graph compute. */
  Set<String> outputs();

  /**
   * Takes a batch; called in the order of images.
   *
   * @param first the first image
   * @param count how many images
   * @param values of each output [count, numbers of an image], from position 0 on; what a fixed
   *     batch has more comes behind. Valid until this returns.
   */
  void observe(int first, int count, Map<String, FloatBuffer> values);
}
