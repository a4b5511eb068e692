package io.github.pleas.merge;

import io.github.pleas.matching.Calibration;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the images that networks read: as many as they run over. */
record CountedImages(CalibrationImages images, AtomicLong read) implements Calibration {
  static CountedImages of(CalibrationImages images) {
    return new CountedImages(images, new AtomicLong());
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public int sizeA() {
    return images.sizeA();
  }

  @Override
  public boolean hasTwoDomains() {
    return images.hasTwoDomains();
  }

  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    read.addAndGet(count);
    images.copyTo(input, first, count, target);
  }
}
