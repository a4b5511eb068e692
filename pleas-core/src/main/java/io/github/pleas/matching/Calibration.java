package io.github.pleas.matching;

import java.nio.FloatBuffer;

/**
 * The calibration images as the networks take them: first those of A's domain, then those of B's.
 */
public interface Calibration {
  /** All images. */
  int size();

  /** The images of A's domain, which come first. */
  int sizeA();

  /** Whether the images are of A's and B's domains, rather than of one that serves both. */
  boolean hasTwoDomains();

  /**
   * Writes {@code count} images from {@code first} on into a buffer, from its position, and
   * advances it.
   */
  void copyTo(int first, int count, FloatBuffer target);
}
