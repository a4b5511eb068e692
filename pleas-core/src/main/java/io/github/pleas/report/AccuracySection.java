package io.github.pleas.report;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How good the merged network is: accuracies with intervals, or else the agreement. */
final class AccuracySection {
  private static final String EXPLAINED =
      "Intervals hold the true accuracy with 95 % confidence (Wilson; of a mean, by the method of"
          + " variance estimates recovery): they say what the number of test images leaves open, and nothing"
          + " of other images.";

  private AccuracySection() {}

  static Section of(MergeFacts facts) {
    Section.Builder section = Section.of("accuracy", "Accuracy");
    if (facts.evaluation().isEmpty()) {
      return unlabelled(section, facts);
    }
    Evaluation evaluation = facts.evaluation().get();
    boolean joint = facts.about().separateLabels();
    section.say(
        joint
            ? "Each head on the test images of its own classes; joint: the largest output of both"
                + " heads, among all classes. "
                + EXPLAINED
            : "On the test images of each domain. " + EXPLAINED);
    section.table(table(facts, evaluation));
    section.chart(new IntervalChart(facts, evaluation).chart());
    facts
        .agreement()
        .ifPresent(agreement -> section.say(agreement(agreement, facts.agreementImages())));
    facts.probes().forEach(section::say);
    return section.end();
  }

  private static Section unlabelled(Section.Builder section, MergeFacts facts) {
    facts
        .agreement()
        .ifPresentOrElse(
            agreement ->
                section
                    .say("There were no labels to measure accuracy by.")
                    .say(agreement(agreement, facts.agreementImages())),
            () -> section.say("Nothing was measured, as it was asked for."));
    return section.end();
  }

  /** Agreement in a sentence. */
  static String agreement(Agreement.Measured measured, String images) {
    String explained =
        "The merged network explains %s of the variation of the originals' outputs on their own %s images"
            .formatted(Numbers.percent(measured.explained()), images);
    String flattered =
        images.equals("calibration") ? " It was fitted to these, which flatters." : "";
    return measured
        .top()
        .map(
            top ->
                "%s, and gives the same class to %s of them (95 %% interval %s).%s"
                    .formatted(
                        explained,
                        Numbers.percent(top.rate()),
                        Numbers.interval(top.interval()),
                        flattered))
        .orElse(explained + "." + flattered);
  }

  /** What a network is called on the page. */
  static String name(Subject subject, MergeFacts.About about) {
    return switch (subject) {
      case A -> "A: " + about.name("a");
      case B -> "B: " + about.name("b");
      case OWN -> "each original on its own";
      case ENSEMBLE -> "both run (ensemble)";
      case MERGED -> "merged";
    };
  }

  private static Table table(MergeFacts facts, Evaluation evaluation) {
    List<String> domains = evaluation.domains();
    boolean mean = domains.size() > 1;
    boolean joint = facts.about().separateLabels();
    List<String> header = new ArrayList<>(List.of("network"));
    for (int d = 0; d < domains.size(); d++) {
      header.add(
          Numbers.format("%s\n%,d images", oneLine(domains.get(d)), evaluation.images().get(d)));
    }
    if (mean) {
      header.add("mean\nof the domains");
    }
    if (joint) {
      header.add("joint\namong all classes");
    }
    header.add("cost\nin originals");
    Table.Builder table = Table.of(header);
    for (Evaluation.Row row : evaluation.rows()) {
      List<String> cells = new ArrayList<>(List.of(name(row.subject(), facts.about())));
      for (String domain : domains) {
        share(Optional.ofNullable(row.byDomain().get(domain)), cells);
      }
      if (mean) {
        cells.add(
            Numbers.percent(row.mean())
                + row.meanInterval().map(range -> "\n" + Numbers.interval(range)).orElse(""));
      }
      if (joint) {
        share(row.joint().map(Evaluation.Joint::raw), cells);
      }
      cells.add(Numbers.times(cost(row.subject(), facts)));
      table.row(cells);
      if (row.subject() == Subject.MERGED) {
        table.strong();
      }
    }
    return table.end();
  }

  private static void share(Optional<Accuracy> accuracy, List<String> cells) {
    cells.add(
        Numbers.percent(accuracy)
            + accuracy
                .filter(a -> a.images() > 0)
                .map(a -> "\n" + Numbers.interval(a.interval()))
                .orElse(""));
  }

  /** A name for a title, whose second line is another's. */
  static String oneLine(String name) {
    return name.replace('\n', ' ');
  }

  /** What running it costs, in originals. */
  static double cost(Subject subject, MergeFacts facts) {
    var cost = facts.result().cost();
    return switch (subject) {
      case A -> cost.relative(cost.macsA());
      case B -> cost.relative(cost.macsB());
      case OWN, ENSEMBLE -> cost.relative(cost.macsA() + cost.macsB());
      case MERGED -> facts.relativeCost();
    };
  }
}
