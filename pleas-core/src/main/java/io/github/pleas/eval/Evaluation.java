package io.github.pleas.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Accuracies of the originals and of what can stand for both of them.
 *
 * @param domains names of the labelled image sets, in order
 * @param images how many test images each of them has
 * @param rows a row for each network
 * @param agreement how well the merged network's first output agrees with each original's on its
 *     own domain, see {@link Agreement}
 * @param answers what was answered to each class, where that was kept
 */
public record Evaluation(
    List<String> domains,
    List<Integer> images,
    List<Row> rows,
    Agreement.Measured agreement,
    Optional<Answers> answers) {
  /** Accuracies alone. */
  public Evaluation(
      List<String> domains, List<Integer> images, List<Row> rows, Agreement.Measured agreement) {
    this(domains, images, rows, agreement, Optional.empty());
  }

  /**
   * What was answered to the images of the own domains.
   *
   * @param originals each original on its own domain, within its own classes
   * @param merged the merged network, among the classes of both where the labels are separate
   */
  public record Answers(Confusion originals, Confusion merged) {}

  /** Who a row is about. */
  public enum Subject {
    /** The first original. */
    A,
    /** The second original. */
    B,
    /** Each original on its own domain. */
    OWN,
    /** Both originals run side by side, their logits averaged (shared labels) or put together. */
    ENSEMBLE,
    /** The merged network. */
    MERGED
  }

  /**
   * Accuracy over the classes of both heads at once.
   *
   * @param raw by the largest logit of both heads
   * @param softmax by the largest probability, each head's of its own classes (as ZipIt! has it)
   */
  public record Joint(Accuracy raw, Accuracy softmax) {}

  /**
   * The accuracies of one network.
   *
   * @param subject who
   * @param name as users read it
   * @param byDomain accuracy on each domain that the network has classes for
   * @param calibration expected calibration error on each domain, see {@link
   *     Logits#calibrationError}
   * @param joint accuracy over the classes of both heads at once, where the labels are separate
   */
  public record Row(
      Subject subject,
      String name,
      Map<String, Accuracy> byDomain,
      Map<String, Double> calibration,
      Optional<Joint> joint) {
    public Row {
      byDomain = Collections.unmodifiableMap(new LinkedHashMap<>(byDomain));
      calibration = Collections.unmodifiableMap(new LinkedHashMap<>(calibration));
    }

    /** The mean of the accuracies on two domains, from 0 to 1; empty where there is only one. */
    public OptionalDouble mean() {
      return byDomain.size() < 2
          ? OptionalDouble.empty()
          : byDomain.values().stream().mapToDouble(Accuracy::rate).average();
    }

    /**
     * The interval that holds the true mean with 95 % confidence: the intervals of the accuracies
     * combined as variances are recovered from them (Zou and Donner, 2008). Empty where there is
     * only one domain.
     */
    public Optional<Accuracy.Interval> meanInterval() {
      if (byDomain.size() < 2) {
        return Optional.empty();
      }
      double below = 0;
      double above = 0;
      for (Accuracy accuracy : byDomain.values()) {
        Accuracy.Interval interval = accuracy.interval();
        below += Math.pow(accuracy.rate() - interval.low(), 2);
        above += Math.pow(interval.high() - accuracy.rate(), 2);
      }
      double mean = mean().getAsDouble();
      int count = byDomain.size();
      return Optional.of(
          new Accuracy.Interval(
              Math.max(0, mean - Math.sqrt(below) / count),
              Math.min(1, mean + Math.sqrt(above) / count)));
    }
  }

  public Evaluation {
    domains = List.copyOf(domains);
    images = List.copyOf(images);
    rows = List.copyOf(rows);
  }

  /** The row of a subject, if it has one. */
  public Optional<Row> row(Subject subject) {
    return rows.stream().filter(row -> row.subject() == subject).findFirst();
  }
}
