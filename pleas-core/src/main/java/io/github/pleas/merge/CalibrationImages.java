package io.github.pleas.merge;

import io.github.pleas.data.Images;
import io.github.pleas.matching.Calibration;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * Calibration images in memory.
 *
 * @param a those of A's domain, or of the one domain that serves both
 * @param b those of B's domain, if there are two
 */
public record CalibrationImages(Images a, Optional<Images> b) implements Calibration {
  @Override
  public int size() {
    return a.size() + b.map(Images::size).orElse(0);
  }

  @Override
  public int sizeA() {
    return a.size();
  }

  @Override
  public boolean hasTwoDomains() {
    return b.isPresent();
  }

  @Override
  public void copyTo(int first, int count, FloatBuffer target) {
    int ofA = Math.max(0, Math.min(count, a.size() - first));
    if (ofA > 0) {
      a.copyTo(first, ofA, target);
    }
    if (ofA < count) {
      b.orElseThrow().copyTo(Math.max(first, a.size()) - a.size(), count - ofA, target);
    }
  }
}
