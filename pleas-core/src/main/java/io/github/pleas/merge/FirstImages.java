package io.github.pleas.merge;

import io.github.pleas.data.Samples;
import io.github.pleas.matching.Calibration;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Calibration images that are elsewhere, but for the first of them.
 *
 * @param samples the first
 * @param all how many there are
 */
public record FirstImages(Samples samples, ImageCounts all) implements Calibration {
  @Override
  public int size() {
    return all.size();
  }

  @Override
  public int sizeA() {
    return all.sizeA();
  }

  @Override
  public boolean hasTwoDomains() {
    return all.twoDomains();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IndexOutOfBoundsException if they are not among the first
   */
  @Override
  public void copyTo(String input, int from, int count, FloatBuffer target) {
    Objects.checkFromIndexSize(from, count, samples.size());
    samples.copyTo(input, from, count, target);
  }
}
