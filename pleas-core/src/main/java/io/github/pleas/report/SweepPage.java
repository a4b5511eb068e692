package io.github.pleas.report;

import static io.github.pleas.report.Options.map;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The report of a sweep: merged networks of several sizes, beside each other. */
public final class SweepPage {
  private final SweepFacts facts;
  private final List<MergeFacts> merges;

  public SweepPage(SweepFacts facts) {
    this.facts = facts;
    this.merges = facts.merges();
  }

  /** A merge's budget, as it is written. */
  static String budget(MergeFacts merge) {
    double budget = merge.result().plan().asked().budget().orElse(merge.relativeCost());
    return Double.toString(budget).replaceFirst("\\.0$", "");
  }

  /** The page, complete. */
  public String html() {
    MergeFacts.About about = merges.get(0).about();
    Set<String> warnings = new LinkedHashSet<>();
    merges.forEach(each -> warnings.addAll(each.warnings()));
    Html head =
        new Html()
            .open("p", "class", "lead")
            .text("%d networks of different size, merged of ".formatted(merges.size()))
            .element("b", about.name("a"))
            .text(" and ")
            .element("b", about.name("b"))
            .text(".")
            .close()
            .add(MergePage.notes(List.copyOf(warnings)));
    List<Section> sections = new ArrayList<>();
    sections.add(sizes());
    CostSection.of(merges).ifPresent(sections::add);
    sections.add(time());
    sections.add(ResidualSection.of(merges));
    sections.add(WidthSection.of(merges));
    sections.add(MatchingSection.of(merges.get(0), false));
    classes().ifPresent(sections::add);
    sections.add(SourcesSection.of(merges));
    return new Page(facts.folder(), MergePage.made(about), head, sections).html();
  }

  private Section sizes() {
    MergeFacts first = merges.get(0);
    Optional<Evaluation> evaluation = first.evaluation();
    List<String> domains = evaluation.map(Evaluation::domains).orElse(List.of());
    boolean joint = evaluation.isPresent() && first.about().separateLabels();
    List<String> header = new ArrayList<>(List.of("network"));
    for (String domain : domains) {
      header.add(AccuracySection.oneLine(domain));
    }
    if (domains.size() > 1) {
      header.add("mean");
    }
    if (joint) {
      header.add("joint");
    }
    boolean agreement = merges.stream().allMatch(each -> each.agreement().isPresent());
    if (agreement) {
      header.add("explained");
    }
    header.addAll(List.of("ms an image", "cost", "parameters", "MB", "file"));
    Table.Builder table = Table.of(header);
    evaluation.ifPresent(
        measured -> {
          for (Evaluation.Row row : measured.rows()) {
            if (row.subject() != Subject.MERGED) {
              original(row, domains, joint, agreement, table);
            }
          }
        });
    for (int m = 0; m < merges.size(); m++) {
      MergeFacts each = merges.get(m);
      List<String> cells = new ArrayList<>(List.of("budget " + budget(each)));
      each.evaluation()
          .map(e -> e.row(Subject.MERGED).orElseThrow())
          .ifPresent(row -> accuracies(row, domains, joint, cells));
      if (agreement) {
        cells.add(Numbers.percent(each.agreement().orElseThrow().explained()));
      }
      cells.add(Numbers.format("%.3f", facts.milliseconds().merged().get(m)));
      cells.add(Numbers.times(each.relativeCost()));
      cells.add(Numbers.count(each.file().parameters()));
      cells.add(Numbers.format("%.2f", each.file().bytes() / 1e6));
      cells.add(each.file().name());
      table.row(cells).strong();
    }
    return Section.of("sizes", "Networks by size")
        .say(
            "A budget is what the merged network may cost, where one original costs 1 and both side by side 2. Explained: the share of the variation of the originals' outputs that the merged network gives again.")
        .table(table.end())
        .end();
  }

  private void original(
      Evaluation.Row row,
      List<String> domains,
      boolean joint,
      boolean agreement,
      Table.Builder table) {
    MergeFacts first = merges.get(0);
    var cost = first.result().cost();
    List<String> cells =
        new ArrayList<>(List.of(AccuracySection.name(row.subject(), first.about())));
    accuracies(row, domains, joint, cells);
    if (agreement) {
      cells.add(Numbers.NONE);
    }
    SweepFacts.Milliseconds times = facts.milliseconds();
    double milliseconds =
        switch (row.subject()) {
          case A -> times.a();
          case B -> times.b();
          case OWN, ENSEMBLE, MERGED -> times.a() + times.b();
        };
    long parameters =
        switch (row.subject()) {
          case A -> cost.parametersA();
          case B -> cost.parametersB();
          case OWN, ENSEMBLE, MERGED -> cost.parametersA() + cost.parametersB();
        };
    cells.add(Numbers.format("%.3f", milliseconds));
    cells.add(Numbers.times(AccuracySection.cost(row.subject(), first)));
    cells.add(Numbers.count(parameters));
    cells.add(Numbers.NONE);
    cells.add(Numbers.NONE);
    table.row(cells);
  }

  private static void accuracies(
      Evaluation.Row row, List<String> domains, boolean joint, List<String> cells) {
    for (String domain : domains) {
      Optional<Accuracy> accuracy =
          Optional.ofNullable(row.byDomain().get(domain)).filter(a -> a.images() > 0);
      cells.add(
          Numbers.percent(accuracy)
              + accuracy.map(a -> "\n" + Numbers.interval(a.interval())).orElse(""));
    }
    if (domains.size() > 1) {
      cells.add(Numbers.percent(row.mean()));
    }
    if (joint) {
      cells.add(Numbers.percent(row.joint().map(Evaluation.Joint::raw)));
    }
  }

  private Section time() {
    SweepFacts.Milliseconds times = facts.milliseconds();
    List<String> names = new ArrayList<>(List.of("A", "B", "both, one after the other"));
    List<Object> values = new ArrayList<>(List.of(times.a(), times.b(), times.a() + times.b()));
    for (int m = 0; m < merges.size(); m++) {
      names.add("budget " + budget(merges.get(m)));
      values.add(times.merged().get(m));
    }
    Table.Builder table = Table.of("network", "ms an image");
    for (int i = 0; i < names.size(); i++) {
      table.row(names.get(i), Numbers.format("%.4f", (Double) values.get(i)));
    }
    Map<String, Object> axis = Options.numbers("", "%ms");
    axis.put("min", 0);
    Map<String, Object> bars = Options.bar("ms an image", "merged", values);
    bars.put("label", map("show", true, "position", "right", "formatter", "%ms"));
    return Section.of("time", "Time for an image")
        .say(
            "In ONNX Runtime on the machine that merged, on %d thread%s, an image at a time; all in turns, medians. The whole sweep took %s."
                .formatted(
                    merges.get(0).about().provenance().options().threads(),
                    merges.get(0).about().provenance().options().threads() == 1 ? "" : "s",
                    Numbers.seconds(facts.seconds())))
        .chart(
            new Chart(
                "latency-chart",
                "Milliseconds for an image",
                "Shorter is better.",
                60 + 26 * names.size(),
                map(
                    "yAxis",
                    Options.names(names, true),
                    "xAxis",
                    axis,
                    "series",
                    List.of(bars),
                    "tooltip",
                    map("trigger", "axis", "valueFormatter", "%ms")),
                table.end()))
        .end();
  }

  /** Each class by budget. */
  private Optional<Section> classes() {
    List<Evaluation.Answers> answers =
        merges.stream()
            .flatMap(each -> each.evaluation().flatMap(Evaluation::answers).stream())
            .toList();
    if (answers.size() != merges.size()) {
      return Optional.empty();
    }
    List<String> header = new ArrayList<>(List.of("class", "images", "original"));
    merges.forEach(each -> header.add("budget " + budget(each)));
    Table.Builder table = Table.of(header);
    List<Accuracy> own = answers.get(0).originals().byClass();
    List<Accuracy> first = answers.get(0).merged().byClass();
    for (int c = 0; c < first.size(); c++) {
      if (first.get(c).images() == 0) {
        continue;
      }
      List<String> cells = new ArrayList<>();
      cells.add(ClassSection.name(merges.get(0).about(), c));
      cells.add(Numbers.count(first.get(c).images()));
      cells.add(Numbers.percent(Optional.of(own.get(c))));
      for (Evaluation.Answers each : answers) {
        cells.add(Numbers.percent(Optional.of(each.merged().byClass().get(c))));
      }
      table.row(cells);
    }
    String among =
        merges.get(0).about().separateLabels()
            ? "The merged networks choose among the classes of both originals, an original among its own."
            : "Each original on its own domain, and the merged networks' shared head.";
    return Optional.of(
        Section.of("classes", "Accuracy by class")
            .say(among)
            .folded("By class and budget", table.end())
            .end());
  }
}
