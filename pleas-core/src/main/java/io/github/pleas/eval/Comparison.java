package io.github.pleas.eval;

import java.nio.FloatBuffer;

/** Compares one output of an original with what stands for it, batch by batch. */
final class Comparison {
  /** An output that deviates less from its mean, relative, varies by rounding only. */
  private static final double ROUNDING = 1e-5;

  private final double[] mean;
  private int images;
  private int same;
  private double variation;
  private double squares;
  private double error;
  private double cosines;

  /**
   * Nothing compared yet.
   *
   * @param width numbers for each image
   */
  Comparison(int width) {
    this.mean = new double[width];
  }

  /**
   * Adds a batch.
   *
   * @param original [rows, width]: for images a row each, for texts see {@link OutputRows}
   * @param merged the same
   */
  void add(FloatBuffer original, FloatBuffer merged) {
    int width = mean.length;
    for (int start = 0; start < original.limit(); start += width) {
      images++;
      int topOfOriginal = 0;
      int topOfMerged = 0;
      double inner = 0;
      double ofOriginal = 0;
      double ofMerged = 0;
      for (int k = 0; k < width; k++) {
        double y = original.get(start + k);
        double found = merged.get(start + k);
        error += (found - y) * (found - y);
        squares += y * y;
        inner += y * found;
        ofOriginal += y * y;
        ofMerged += found * found;
        // Welford's update: the mean moves on, the squared deviations add up without cancellation.
        double before = y - mean[k];
        mean[k] += before / images;
        variation += before * (y - mean[k]);
        topOfOriginal = y > original.get(start + topOfOriginal) ? k : topOfOriginal;
        topOfMerged = found > merged.get(start + topOfMerged) ? k : topOfMerged;
      }
      same += topOfOriginal == topOfMerged ? 1 : 0;
      double lengths = Math.sqrt(ofOriginal) * Math.sqrt(ofMerged);
      cosines += lengths > 0 ? inner / lengths : ofOriginal == ofMerged ? 1 : 0;
    }
  }

  /** All of an output beside what stands for it. */
  static Comparison of(Logits original, Logits merged) {
    if (original.classes() != merged.classes() || original.images() != merged.images()) {
      throw new IllegalArgumentException(
          "expected [%d, %d] logits, found [%d, %d]"
              .formatted(original.images(), original.classes(), merged.images(), merged.classes()));
    }
    Comparison comparison = new Comparison(original.classes());
    comparison.add(FloatBuffer.wrap(original.values()), FloatBuffer.wrap(merged.values()));
    return comparison;
  }

  /** The share of the variation that is explained; without any, whether the output is the same. */
  double explained() {
    double rounding = ROUNDING * ROUNDING * squares;
    if (variation <= rounding) {
      return error <= rounding ? 1 : 0;
    }
    return 1 - error / variation;
  }

  /** How many rows were compared. */
  int rows() {
    return images;
  }

  /** The mean cosine between what each row has; of two rows without any length, 1. */
  double cosine() {
    return cosines / images;
  }

  /** On how many images the largest number is the same; the first of equals. */
  Accuracy top() {
    return new Accuracy(same, images);
  }
}
