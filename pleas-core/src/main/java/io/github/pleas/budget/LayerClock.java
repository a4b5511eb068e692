package io.github.pleas.budget;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;

/** Says how long layers take, depending on their widths. */
@FunctionalInterface
public interface LayerClock {
  /**
   * The time of a layer.
   *
   * @param network whose it is
   * @param inputs whether it may get more inputs
   * @param outputs whether it may get more outputs
   */
  LayerTime of(Network network, Layer layer, boolean inputs, boolean outputs);
}
