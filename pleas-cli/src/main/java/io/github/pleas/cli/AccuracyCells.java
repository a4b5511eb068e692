package io.github.pleas.cli;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The accuracies in a table of networks: a column for each domain, for their mean where there are
 * two, and for the joint accuracy where labels are separate. No columns where nothing was measured.
 */
final class AccuracyCells {
  private static final String NONE = "-";

  private final Optional<Evaluation> evaluation;
  private final boolean mean;
  private final boolean joint;

  AccuracyCells(MergeReport report) {
    this.evaluation = report.evaluation();
    this.mean = evaluation.map(e -> e.domains().size() > 1).orElse(false);
    this.joint = evaluation.isPresent() && report.request().separateLabels();
  }

  /** The columns' titles. */
  List<String> titles() {
    List<String> titles = new ArrayList<>(evaluation.map(Evaluation::domains).orElse(List.of()));
    if (mean) {
      titles.add("mean");
    }
    if (joint) {
      titles.add("joint");
    }
    return titles;
  }

  /** A network's cells. */
  List<String> of(Evaluation.Subject subject) {
    List<String> cells = new ArrayList<>();
    evaluation.ifPresent(
        measured -> {
          Evaluation.Row row = measured.row(subject).orElseThrow();
          for (String domain : measured.domains()) {
            cells.add(percent(Optional.ofNullable(row.byDomain().get(domain))));
          }
          if (mean) {
            cells.add(row.mean().isPresent() ? percent(row.mean().getAsDouble()) : NONE);
          }
          if (joint) {
            cells.add(percent(row.joint().map(Evaluation.Joint::raw)));
          }
        });
    return cells;
  }

  /**
   * How well the merged network agrees with the originals: on how many images the class is theirs,
   * or, where there are no classes, the share of their outputs that is explained; of networks that
   * read texts, the mean cosine to A's outputs and to B's.
   */
  static String of(Agreement.Measured agreement) {
    return agreement
        .cosine()
        .map(cosine -> String.format(Locale.ROOT, "%.4f / %.4f", cosine.a(), cosine.b()))
        .orElseGet(
            () -> percent(agreement.top().map(Accuracy::rate).orElse(agreement.explained())));
  }

  /** The title above it: on images that the merged network was fitted to it is flattered. */
  static String agreementTitle(MergeReport report) {
    boolean classes = report.agreement().flatMap(Agreement.Measured::top).isPresent();
    boolean cosine = report.agreement().flatMap(Agreement.Measured::cosine).isPresent();
    return (cosine ? "cosine A / B" : classes ? "agreement" : "explained")
        + (report.agreementImages().equals("test") ? "" : " (calibration)");
  }

  private static String percent(Optional<Accuracy> accuracy) {
    return accuracy.map(a -> percent(a.rate())).orElse(NONE);
  }

  private static String percent(double rate) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * rate);
  }
}
