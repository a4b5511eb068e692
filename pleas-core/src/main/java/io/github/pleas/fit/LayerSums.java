package io.github.pleas.fit;

import java.io.Serializable;

/**
 * What the rows of some images add to the problem of a layer, or of one group of a convolution. The
 * sums of all images, in whatever order they are added, are the layer's problem.
 */
sealed interface LayerSums extends Serializable permits MomentSums, RowSums, ChannelSums {
  /**
   * The sums of both; these may be taken for them.
   *
   * @throws ClassCastException if the others are of another kind
   */
  LayerSums plus(LayerSums others);
}
