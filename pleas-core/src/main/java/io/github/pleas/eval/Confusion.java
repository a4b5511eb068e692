package io.github.pleas.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which class a network gave to images of which class. It keeps the answer to each image rather
 * than a matrix, so that many classes take no more room than images.
 *
 * @param classes how many classes there are
 * @param labels the class of each image
 * @param answers the class that was given to it
 */
public record Confusion(int classes, int[] labels, int[] answers) {
  /**
   * A pair of classes.
   *
   * @param label the class of the images
   * @param answer the class that was given to them
   * @param images how many
   */
  public record Cell(int label, int answer, int images) {}

  public Confusion {
    if (labels.length != answers.length) {
      throw new IllegalArgumentException(
          "expected an answer to each of %d images, found %d"
              .formatted(labels.length, answers.length));
    }
  }

  /**
   * What a network answers.
   *
   * @param logits [images, classes]
   * @param labels the class of each image, counted on from {@code offset}
   */
  public static Confusion of(Logits logits, int[] labels, int offset) {
    return shifted(logits, labels, offset, 0, logits.classes());
  }

  /**
   * What a network answers that knows some of the classes only.
   *
   * @param logits [images, its classes]
   * @param labels the class of each image among all
   * @param labelOffset added to each label
   * @param answerOffset where its classes begin among all
   * @param classes how many there are in all
   */
  public static Confusion shifted(
      Logits logits, int[] labels, int labelOffset, int answerOffset, int classes) {
    int[] truth = new int[labels.length];
    int[] answers = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      truth[i] = labels[i] + labelOffset;
      answers[i] = logits.top(i) + answerOffset;
    }
    return new Confusion(classes, truth, answers);
  }

  /** The answers to both sets of images. */
  public Confusion plus(Confusion other) {
    if (classes != other.classes) {
      throw new IllegalArgumentException(classes + " and " + other.classes + " classes");
    }
    return new Confusion(classes, joined(labels, other.labels), joined(answers, other.answers));
  }

  private static int[] joined(int[] first, int[] second) {
    int[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** The pairs of classes that occur, the most frequent first, wrong and right ones. */
  public List<Cell> cells() {
    Map<Long, Integer> counts = new HashMap<>();
    for (int i = 0; i < labels.length; i++) {
      counts.merge((long) labels[i] * classes + answers[i], 1, Integer::sum);
    }
    List<Cell> cells = new ArrayList<>();
    counts.forEach(
        (key, images) -> cells.add(new Cell((int) (key / classes), (int) (key % classes), images)));
    cells.sort(
        Comparator.comparingInt(Cell::images)
            .reversed()
            .thenComparingInt(Cell::label)
            .thenComparingInt(Cell::answer));
    return cells;
  }

  /** The accuracy on the images of each class; of no images where a class has none. */
  public List<Accuracy> byClass() {
    int[] correct = new int[classes];
    int[] images = new int[classes];
    for (int i = 0; i < labels.length; i++) {
      images[labels[i]]++;
      correct[labels[i]] += labels[i] == answers[i] ? 1 : 0;
    }
    List<Accuracy> all = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      all.add(new Accuracy(correct[c], images[c]));
    }
    return all;
  }
}
