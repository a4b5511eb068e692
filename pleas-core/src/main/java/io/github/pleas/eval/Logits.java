package io.github.pleas.eval;

import io.github.pleas.InvalidInputException;

/**
 * An output of a network on some images.
 *
 * @param images how many images
 * @param classes how many classes
 * @param values [images, classes]
 */
public record Logits(int images, int classes, float[] values) {
  private static final int BINS = 15;

  public Logits {
    if (values.length != images * classes) {
      throw new IllegalArgumentException(
          "expected %d x %d logits, found %d".formatted(images, classes, values.length));
    }
  }

  /** The class with the largest logit; the first of equals. */
  public int top(int image) {
    int top = 0;
    for (int c = 1; c < classes; c++) {
      if (values[image * classes + c] > values[image * classes + top]) {
        top = c;
      }
    }
    return top;
  }

  /** The classes of two outputs one after another: what decides between the classes of both. */
  public Logits beside(Logits other) {
    checkImages(other);
    float[] all = new float[images * (classes + other.classes)];
    for (int i = 0; i < images; i++) {
      int at = i * (classes + other.classes);
      System.arraycopy(values, i * classes, all, at, classes);
      System.arraycopy(other.values, i * other.classes, all, at + classes, other.classes);
    }
    return new Logits(images, classes + other.classes, all);
  }

  /** The probability of each class. */
  public Logits softmax() {
    float[] probabilities = new float[values.length];
    for (int i = 0; i < images; i++) {
      int from = i * classes;
      double largest = values[from + top(i)];
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(values[from + c] - largest);
      }
      for (int c = 0; c < classes; c++) {
        probabilities[from + c] = (float) (Math.exp(values[from + c] - largest) / sum);
      }
    }
    return new Logits(images, classes, probabilities);
  }

  /**
   * The expected calibration error (Guo et al., 2017): how far the probability of the top class is
   * from its accuracy, over {@value #BINS} equal ranges of probability, each counting for the
   * images in it.
   *
   * @param labels the label of each image, counted on from {@code offset}
   */
  public double calibrationError(int[] labels, int offset) {
    Logits probabilities = softmax();
    double[] gap = new double[BINS];
    for (int i = 0; i < images; i++) {
      int top = top(i);
      double probability = probabilities.values[i * classes + top];
      int bin = Math.min(BINS - 1, (int) (probability * BINS));
      gap[bin] += probability - (top == labels[i] + offset ? 1 : 0);
    }
    double sum = 0;
    for (double own : gap) {
      sum += Math.abs(own);
    }
    return images == 0 ? 0 : sum / images;
  }

  /** The logits of some of the images. */
  public Logits of(int[] chosen) {
    float[] some = new float[chosen.length * classes];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(values, chosen[i] * classes, some, i * classes, classes);
    }
    return new Logits(chosen.length, classes, some);
  }

  /** The mean of two outputs of the same classes: the ensemble of logits. */
  public Logits mean(Logits other) {
    checkImages(other);
    if (classes != other.classes) {
      throw new InvalidInputException(
          "outputs of %d and %d classes have no mean".formatted(classes, other.classes));
    }
    float[] mean = new float[values.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = 0.5f * (values[i] + other.values[i]);
    }
    return new Logits(images, classes, mean);
  }

  /**
   * How many images have their label as the top class, the label of image i being {@code labels[i]
   * + offset}.
   */
  public Accuracy accuracy(int[] labels, int offset) {
    if (labels.length != images) {
      throw new IllegalArgumentException(
          "expected %d labels, found %d".formatted(images, labels.length));
    }
    int correct = 0;
    for (int i = 0; i < images; i++) {
      correct += top(i) == labels[i] + offset ? 1 : 0;
    }
    return new Accuracy(correct, images);
  }

  /** The largest difference to other logits, relative to the largest of these. */
  public double relativeError(Logits other) {
    checkImages(other);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < values.length; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
      difference = Math.max(difference, Math.abs((double) values[i] - other.values[i]));
    }
    return difference == 0 ? 0 : difference / Math.max(largest, Float.MIN_NORMAL);
  }

  private void checkImages(Logits other) {
    if (images != other.images) {
      throw new IllegalArgumentException(
          "logits of " + images + " and " + other.images + " images");
    }
  }
}
