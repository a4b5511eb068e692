package io.github.pleas.bench.families;

import io.github.pleas.matching.Calibration;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.RandomFeed;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Random input of two domains.
 *
 * @param inputs what the network takes
 * @param each how many of each domain
 */
record RandomCalibration(List<ModelInput> inputs, int each) implements Calibration {
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
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    new RandomFeed(inputs, 3).copyTo(input, first, count, target);
  }
}
