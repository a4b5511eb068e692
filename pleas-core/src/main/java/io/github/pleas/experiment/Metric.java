package io.github.pleas.experiment;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/** What tables and curves show of a network. */
public enum Metric {
  /** The mean of the accuracies on the domains of both originals, with each one's own head. */
  MEAN("mean accuracy on both networks' domains"),
  /** The mean of the accuracies on all domains that are evaluated; shared labels. */
  ALL("mean accuracy on all domains"),
  /** The accuracy over the classes of both, by the largest logit; separate labels. */
  JOINT("joint accuracy over the classes of both"),
  /** The same by the largest of each head's own probabilities. */
  JOINT_SOFTMAX("joint accuracy by each head's probabilities"),
  /** The share of the originals' outputs that the merged network explains. */
  AGREEMENT("share of the originals' outputs that is explained");

  private final String title;

  Metric(String title) {
    this.title = title;
  }

  /** What it is, in words. */
  public String title() {
    return title;
  }

  /** Whether it is defined where labels are separate, or shared. */
  boolean fits(boolean separate) {
    return switch (this) {
      case MEAN, AGREEMENT -> true;
      case ALL -> !separate;
      case JOINT, JOINT_SOFTMAX -> separate;
    };
  }

  /**
   * The value of a network, from 0 to 1.
   *
   * @param own how many of the evaluation's domains, its first, are the originals'
   * @return empty where it is not defined, as for an original and the other one's classes
   */
  OptionalDouble of(Evaluation evaluation, Subject subject, int own) {
    if (this == AGREEMENT) {
      return subject == Subject.MERGED
          ? OptionalDouble.of(evaluation.agreement().explained())
          : OptionalDouble.empty();
    }
    Optional<Evaluation.Row> row = evaluation.row(subject);
    if (row.isEmpty()) {
      return subject == Subject.OWN ? own(evaluation) : OptionalDouble.empty();
    }
    Optional<Evaluation.Joint> joint = row.get().joint();
    return switch (this) {
      case MEAN -> mean(row.get(), evaluation.domains().subList(0, own));
      case ALL ->
          subject == Subject.OWN ? OptionalDouble.empty() : mean(row.get(), evaluation.domains());
      case JOINT -> rate(joint.map(Evaluation.Joint::raw));
      case JOINT_SOFTMAX -> rate(joint.map(Evaluation.Joint::softmax));
      case AGREEMENT -> throw new IllegalStateException("agreement is in no row");
    };
  }

  /** Each original on its own domain, where no row says so: their labels are separate. */
  private OptionalDouble own(Evaluation evaluation) {
    Optional<Evaluation.Row> a = evaluation.row(Subject.A);
    Optional<Evaluation.Row> b = evaluation.row(Subject.B);
    if (this != MEAN || a.isEmpty() || b.isEmpty()) {
      return OptionalDouble.empty();
    }
    OptionalDouble ofA = mean(a.get(), evaluation.domains());
    OptionalDouble ofB = mean(b.get(), evaluation.domains());
    return OptionalDouble.of((ofA.orElseThrow() + ofB.orElseThrow()) / 2);
  }

  private static OptionalDouble mean(Evaluation.Row row, List<String> domains) {
    return domains.stream()
        .map(domain -> row.byDomain().get(domain))
        .filter(Objects::nonNull)
        .mapToDouble(Accuracy::rate)
        .average();
  }

  private static OptionalDouble rate(Optional<Accuracy> accuracy) {
    return accuracy.map(a -> OptionalDouble.of(a.rate())).orElse(OptionalDouble.empty());
  }
}
