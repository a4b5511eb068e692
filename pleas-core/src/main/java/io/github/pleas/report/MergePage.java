package io.github.pleas.report;

import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import java.util.ArrayList;
import java.util.List;

/** The report of one merge. */
public final class MergePage {
  private final MergeFacts facts;

  public MergePage(MergeFacts facts) {
    this.facts = facts;
  }

  /** The page, complete. */
  public String html() {
    MergeFacts.About about = facts.about();
    List<MergeFacts> one = List.of(facts);
    Html head =
        new Html()
            .open("p", "class", "lead")
            .text("One network merged of ")
            .element("b", about.name("a"))
            .text(" and ")
            .element("b", about.name("b"))
            .text(".")
            .close()
            .add(tiles())
            .add(notes(facts.warnings()));
    List<Section> sections = new ArrayList<>();
    sections.add(AccuracySection.of(facts));
    CostSection.of(one).ifPresent(sections::add);
    sections.add(new Advice(facts).section());
    sections.add(ResidualSection.of(one));
    sections.add(MatchingSection.of(facts, true));
    sections.add(WidthSection.of(facts));
    ClassSection.of(facts).ifPresent(sections::add);
    sections.add(TimeSection.of(facts));
    sections.add(SourcesSection.of(one));
    return new Page(facts.file().name(), made(about), head, sections).html();
  }

  static String made(MergeFacts.About about) {
    return "Made by pleas %s on %s. Charts by Apache ECharts (Apache License 2.0). This page is one file and asks for nothing from elsewhere."
        .formatted(about.versions().getOrDefault("pleas", ""), about.made());
  }

  static Html notes(List<String> warnings) {
    Html html = new Html();
    for (String warning : warnings) {
      html.element("p", warning, "class", "note").line();
    }
    return html;
  }

  private Tiles accuracy(Tiles tiles, Evaluation evaluation) {
    Evaluation.Row merged = evaluation.row(Subject.MERGED).orElseThrow();
    Evaluation.Row both = evaluation.row(Subject.ENSEMBLE).orElseThrow();
    if (merged.mean().isPresent()) {
      tiles.add(
          Numbers.percent(merged.mean()),
          "accuracy, mean of the domains",
          "both run: " + Numbers.percent(both.mean()));
    } else {
      tiles.add(
          Numbers.percent(merged.byDomain().values().stream().findFirst()),
          "accuracy",
          "both run: " + Numbers.percent(both.byDomain().values().stream().findFirst()));
    }
    merged
        .joint()
        .ifPresent(
            joint ->
                tiles.add(
                    Numbers.percent(joint.raw().rate()),
                    "among the classes of both",
                    "both run: " + Numbers.percent(both.joint().map(Evaluation.Joint::raw))));
    return tiles;
  }

  private Html tiles() {
    var cost = facts.result().cost();
    Tiles tiles = new Tiles();
    facts
        .evaluation()
        .ifPresentOrElse(
            evaluation -> accuracy(tiles, evaluation),
            () ->
                facts
                    .agreement()
                    .ifPresent(
                        measured ->
                            tiles.add(
                                Numbers.percent(measured.explained()),
                                "of the originals' outputs explained",
                                "on " + facts.agreementImages() + " images")));
    return tiles
        .add(
            Numbers.times(facts.relativeCost()),
            "the cost of one original",
            "both: " + Numbers.times(cost.relative(cost.macsA() + cost.macsB())))
        .add(
            Numbers.count(facts.file().parameters()),
            "parameters",
            "both: " + Numbers.count(cost.parametersA() + cost.parametersB()))
        .add(
            Numbers.megabytes(facts.file().bytes()),
            "on disk, " + facts.file().precision(),
            facts.file().error() == 0
                ? "loaded afresh it computes the same"
                : Numbers.format(
                    "loaded afresh it computes the same to %.0e", facts.file().error()))
        .add(
            Numbers.seconds(facts.totalSeconds()),
            "to make",
            "%s images"
                .formatted(
                    String.join(
                        " + ", facts.about().images().stream().map(i -> "" + i.used()).toList())))
        .html();
  }
}
