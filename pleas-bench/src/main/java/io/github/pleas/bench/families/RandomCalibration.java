package io.github.pleas.bench.families;

import io.github.pleas.matching.Calibration;
import io.github.pleas.runtime.RandomFeed;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;

/**
 * Images of normal random numbers, of two domains.
 *
 * @param shape of the network's input
 * @param each how many of each domain
 */
record RandomCalibration(ValueShape shape, int each) implements Calibration {
  @Override
  public int size() {
    return 2 * each;
  }

  @Override
  public int sizeA() {
    return each;
  }

  @Override
  public boolean hasTwoDomains() {
    return true;
  }

  @Override
  public void copyTo(int first, int count, FloatBuffer target) {
    new RandomFeed(shape, 3).copyTo(first, count, target);
  }
}
