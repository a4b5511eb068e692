package io.github.pleas.report;

import static io.github.pleas.report.Options.map;
import static java.util.Objects.requireNonNull;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Accuracy against cost: the originals, both, and merged networks of one size or several. */
final class CostSection {
  private CostSection() {}

  /**
   * A way to sum up a network's accuracies in one number.
   *
   * @param caption what its marks are, for the caption
   */
  private record Measure(
      String name, String label, String symbol, String caption, Rate rate, Bounds bounds) {}

  private interface Rate {
    OptionalDouble of(Evaluation.Row row);
  }

  private interface Bounds {
    Optional<Accuracy.Interval> of(Evaluation.Row row);
  }

  /**
   * The section.
   *
   * @param merges of one pair of networks, by size
   */
  static Optional<Section> of(List<MergeFacts> merges) {
    MergeFacts first = merges.get(0);
    if (first.evaluation().isEmpty()) {
      return Optional.empty();
    }
    List<Measure> measures = new ArrayList<>(List.of(own(first)));
    if (first.about().separateLabels()) {
      measures.add(
          new Measure(
              "joint",
              "joint",
              "diamond",
              "diamonds: among the classes of both",
              row ->
                  row.joint()
                      .map(joint -> OptionalDouble.of(joint.raw().rate()))
                      .orElse(OptionalDouble.empty()),
              row -> row.joint().map(joint -> joint.raw().interval())));
    }
    Table.Builder table =
        Table.of("network", "measure", "cost", "MMACs", "parameters", "accuracy", "95 % interval");
    List<Object> series = new ArrayList<>();
    measures.removeIf(
        measure ->
            merges.stream()
                .map(each -> each.evaluation().orElseThrow().row(Subject.MERGED).orElseThrow())
                .anyMatch(row -> !isKnown(measure, row)));
    if (measures.isEmpty()) {
      return Optional.empty();
    }
    for (Measure measure : measures) {
      series(measure, merges, series, table);
    }
    Map<String, Object> cost = Options.numbers("cost (one original = 1)", "%times");
    double most = merges.stream().mapToDouble(MergeFacts::relativeCost).max().orElseThrow();
    cost.put("min", 0.75);
    cost.put("max", Math.max(2.25, Math.ceil(4 * most + 0.4) / 4));
    cost.put("interval", 0.25);
    Map<String, Object> accuracy = Options.numbers("", "%percent");
    accuracy.put("min", Math.max(0, Math.floor(20 * least(series) - 0.2) / 20));
    accuracy.put("max", 1);
    Map<String, Object> option =
        map(
            "xAxis",
            cost,
            "yAxis",
            accuracy,
            "series",
            series,
            "legend",
            map("show", true, "icon", "circle"),
            "tooltip",
            map("trigger", "item", "formatter", "%point"));
    return Optional.of(
        Section.of("cost", "Accuracy against cost")
            .say(
                "Cost is multiply-accumulates for an image, counted from the written file, where the mean of"
                    + " both originals is 1. "
                    + stands(first)
                    + " cost twice as much. Up and to the left is better.")
            .chart(
                new Chart(
                    "cost-chart",
                    "What accuracy costs",
                    caption(measures),
                    380,
                    option,
                    table.end()))
            .end());
  }

  /** The lower end of the lowest interval. */
  private static double least(List<Object> series) {
    double least = 1;
    for (Object each : series) {
      for (Object point : (List<?>) requireNonNull(((Map<?, ?>) each).get("data"))) {
        List<?> numbers = (List<?>) point;
        if (numbers.size() > 2) {
          least = Math.min(least, (Double) numbers.get(2));
        }
      }
    }
    return least;
  }

  /** Where the originals stand, and the subject of what they cost. */
  private static String stands(MergeFacts facts) {
    if (facts.about().separateLabels()) {
      return "An original stands at the accuracy on its own domain; both together";
    }
    return isMean(facts)
        ? "An original stands at its mean over the domains; both together"
        : "Both originals together";
  }

  private static boolean isMean(MergeFacts facts) {
    return facts.evaluation().orElseThrow().domains().size() > 1;
  }

  /** Of what is drawn, and nothing else. */
  private static String caption(List<Measure> measures) {
    String marks = measures.stream().map(Measure::caption).collect(Collectors.joining("; "));
    return Character.toUpperCase(marks.charAt(0))
        + marks.substring(1)
        + ". Lines through them are 95 % intervals.";
  }

  private static Measure own(MergeFacts facts) {
    boolean mean = isMean(facts);
    boolean heads = facts.about().separateLabels();
    String name = mean ? "mean of the domains" : facts.evaluation().orElseThrow().domains().get(0);
    String over = mean ? "the mean of the domains" : "of " + AccuracySection.oneLine(name);
    return new Measure(
        name,
        mean && heads ? "own" : "",
        "circle",
        "circles: "
            + (!heads ? over : "each head on its own classes" + (mean ? ", mean of both" : "")),
        row -> row.mean().isPresent() ? row.mean() : single(row),
        row ->
            row.meanInterval()
                .or(() -> row.byDomain().values().stream().findFirst().map(Accuracy::interval)));
  }

  private static OptionalDouble single(Evaluation.Row row) {
    return row.byDomain().values().stream().mapToDouble(Accuracy::rate).findFirst();
  }

  /** With no images of a domain there is no accuracy on it. */
  private static boolean isKnown(Measure measure, Evaluation.Row row) {
    OptionalDouble rate = measure.rate().of(row);
    return rate.isPresent() && !Double.isNaN(rate.getAsDouble());
  }

  private static void series(
      Measure measure, List<MergeFacts> merges, List<Object> series, Table.Builder table) {
    MergeFacts first = merges.get(0);
    for (Evaluation.Row row : first.evaluation().orElseThrow().rows()) {
      if (row.subject() == Subject.MERGED || !isKnown(measure, row)) {
        continue;
      }
      String name = AccuracySection.name(row.subject(), first.about());
      dots(
          name,
          Subjects.color(row.subject()),
          measure,
          List.of(point(first, row, measure, name, table)),
          series);
    }
    List<List<Object>> points = new ArrayList<>();
    for (MergeFacts each : merges) {
      Evaluation.Row row = each.evaluation().orElseThrow().row(Subject.MERGED).orElseThrow();
      String name = merges.size() == 1 ? "merged" : "merged, budget " + SweepPage.budget(each);
      points.add(point(each, row, measure, name, table));
      table.strong();
    }
    dots("merged", Subjects.color(Subject.MERGED), measure, points, series);
  }

  private static List<Object> point(
      MergeFacts facts, Evaluation.Row row, Measure measure, String name, Table.Builder table) {
    double cost = AccuracySection.cost(row.subject(), facts);
    double rate = measure.rate().of(row).orElseThrow();
    Accuracy.Interval interval = measure.bounds().of(row).orElseThrow();
    var counts = facts.result().cost();
    long macs =
        switch (row.subject()) {
          case A -> counts.macsA();
          case B -> counts.macsB();
          case OWN, ENSEMBLE -> counts.macsA() + counts.macsB();
          case MERGED -> facts.file().macs();
        };
    long parameters =
        switch (row.subject()) {
          case A -> counts.parametersA();
          case B -> counts.parametersB();
          case OWN, ENSEMBLE -> counts.parametersA() + counts.parametersB();
          case MERGED -> facts.file().parameters();
        };
    table.row(
        name,
        measure.name(),
        Numbers.times(cost),
        Numbers.format("%,.1f", macs / 1e6),
        Numbers.count(parameters),
        Numbers.percent(rate),
        Numbers.interval(interval));
    String who = Subjects.label(row.subject());
    return List.of(
        Numbers.rounded(cost, 4),
        Numbers.rounded(rate, 6),
        Numbers.rounded(interval.low(), 6),
        Numbers.rounded(interval.high(), 6),
        name,
        measure.name(),
        measure.label().isEmpty() ? who : who + ", " + measure.label());
  }

  private static void dots(
      String name, String color, Measure measure, List<List<Object>> points, List<Object> series) {
    Whiskers whiskers = Whiskers.upright();
    for (List<Object> point : points) {
      whiskers.add(point.get(0), point.get(2), point.get(3));
    }
    boolean merged = color.equals("merged");
    series.add(whiskers.series(name, color));
    series.add(
        map(
            "type",
            points.size() > 1 ? "line" : "scatter",
            "name",
            name,
            "data",
            points,
            "symbol",
            measure.symbol(),
            "symbolSize",
            merged ? 13 : 10,
            "lineStyle",
            map(
                "color",
                color,
                "width",
                2,
                "type",
                measure.symbol().equals("circle") ? "solid" : "dashed"),
            "itemStyle",
            map("color", color, "opacity", merged ? 1 : 0.75),
            "labelLayout",
            map("moveOverlap", "shiftY"),
            "label",
            map("show", points.size() == 1, "formatter", "%point-label", "position", "right")));
  }
}
