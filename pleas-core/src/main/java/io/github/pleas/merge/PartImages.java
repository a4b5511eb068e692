package io.github.pleas.merge;

import io.github.pleas.data.Samples;
import io.github.pleas.matching.Calibration;
import java.nio.FloatBuffer;

/**
 * A part of the calibration images, some that follow one another.
 *
 * @param samples those of the part
 * @param first the place of the first among all
 * @param all how many there are in all parts
 */
public record PartImages(Samples samples, int first, ImageCounts all) implements Calibration {
  @Override
  public int size() {
    return samples.size();
  }

  @Override
  public int sizeA() {
    return Math.max(0, Math.min(samples.size(), all.sizeA() - first));
  }

  @Override
  public boolean hasTwoDomains() {
    return all.twoDomains();
  }

  @Override
  public int total() {
    return all.size();
  }

  @Override
  public void copyTo(String input, int from, int count, FloatBuffer target) {
    samples.copyTo(input, from, count, target);
  }
}
