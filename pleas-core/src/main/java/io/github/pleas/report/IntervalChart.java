package io.github.pleas.report;

import static io.github.pleas.report.Options.map;
import static java.util.Objects.requireNonNull;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Accuracies as dots with their intervals, what is to be compared below each other. */
final class IntervalChart {
  private final MergeFacts facts;
  private final Evaluation evaluation;
  private final List<String> names = new ArrayList<>();
  private final Map<Subject, List<Object>> dots = new LinkedHashMap<>();
  private final Map<Subject, Whiskers> whiskers = new LinkedHashMap<>();
  private final Table.Builder table =
      Table.of("measure", "network", "accuracy", "low", "high", "correct", "images");
  private double least = 1;

  IntervalChart(MergeFacts facts, Evaluation evaluation) {
    this.facts = facts;
    this.evaluation = evaluation;
  }

  Chart chart() {
    for (String domain : evaluation.domains()) {
      rows(domain, row -> Optional.ofNullable(row.byDomain().get(domain)));
    }
    rows("joint", row -> row.joint().map(Evaluation.Joint::raw));
    List<Object> series = new ArrayList<>();
    dots.forEach(
        (subject, data) -> {
          String name = Subjects.label(subject);
          String color = Subjects.color(subject);
          series.add(requireNonNull(whiskers.get(subject)).series(name, color));
          series.add(
              map(
                  "type",
                  "scatter",
                  "name",
                  name,
                  "data",
                  data,
                  "symbolSize",
                  11,
                  "itemStyle",
                  map("color", color)));
        });
    Map<String, Object> axis = Options.numbers("", "%percent");
    axis.put("min", Math.max(0, Math.floor(20 * least - 0.2) / 20));
    axis.put("max", 1);
    Map<String, Object> option =
        map(
            "yAxis",
            Options.names(names, true),
            "xAxis",
            axis,
            "series",
            series,
            "legend",
            map("icon", "circle", "data", dots.keySet().stream().map(Subjects::label).toList()),
            "tooltip",
            map("trigger", "item", "formatter", "%interval"));
    return new Chart(
        "intervals",
        "Accuracy with 95 % intervals",
        "A dot is what was measured, the line through it what the number of test images leaves open.",
        Options.height(names.size(), 30),
        option,
        table.end());
  }

  private interface Measure {
    Optional<Accuracy> of(Evaluation.Row row);
  }

  private void rows(String measure, Measure accuracy) {
    for (Evaluation.Row row : evaluation.rows()) {
      Optional<Accuracy> found = accuracy.of(row).filter(a -> a.images() > 0);
      found.ifPresent(share -> row(measure, row.subject(), share));
    }
  }

  private void row(String measure, Subject subject, Accuracy share) {
    int at = names.size();
    names.add(measure + " · " + Subjects.label(subject));
    Accuracy.Interval interval = share.interval();
    least = Math.min(least, interval.low());
    double low = Numbers.rounded(interval.low(), 6);
    double high = Numbers.rounded(interval.high(), 6);
    dots.computeIfAbsent(subject, any -> new ArrayList<>())
        .add(List.of(Numbers.rounded(share.rate(), 6), at, low, high));
    whiskers.computeIfAbsent(subject, any -> Whiskers.lying()).add(at, low, high);
    table.row(
        measure,
        AccuracySection.name(subject, facts.about()),
        Numbers.percent(share.rate()),
        Numbers.percent(interval.low()),
        Numbers.percent(interval.high()),
        Numbers.count(share.correct()),
        Numbers.count(share.images()));
    if (subject == Subject.MERGED) {
      table.strong();
    }
  }
}
