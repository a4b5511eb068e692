package io.github.pleas.report;

import static io.github.pleas.report.Options.map;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Confusion;
import io.github.pleas.eval.Evaluation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the merged head confuses, and how each class fares. */
final class ClassSection {
  /** Up to so many classes a matrix can be read. */
  private static final int MATRIX = 40;

  private static final int CONFUSIONS = 20;

  private final MergeFacts facts;
  private final Confusion merged;
  private final Confusion originals;

  private ClassSection(MergeFacts facts, Evaluation.Answers answers) {
    this.facts = facts;
    this.merged = answers.merged();
    this.originals = answers.originals();
  }

  static Optional<Section> of(MergeFacts facts) {
    return facts
        .evaluation()
        .flatMap(Evaluation::answers)
        .map(answers -> new ClassSection(facts, answers).section());
  }

  private Section section() {
    boolean separate = facts.about().separateLabels();
    Section.Builder section =
        Section.of("classes", "Classes and confusions")
            .say(
                separate
                    ? "The merged network chooses among the classes of both originals (A's first, then B's) by the largest output of both heads. Its originals only ever chose among their own, so that their numbers here answer an easier question."
                    : "The merged head's answers on the test images, beside each original's on its own domain.");
    if (merged.classes() <= MATRIX) {
      section
          .heading("Confusion matrix of the merged head")
          .say(
              "Rows are what the images show, columns what the merged network says; counts of images.")
          .add(matrix());
    }
    List<Confusion.Cell> wrong =
        merged.cells().stream().filter(cell -> cell.label() != cell.answer()).toList();
    section.heading("Most frequent confusions").table(confusions(wrong));
    section.chart(classes());
    return section.end();
  }

  /** The name of a class, or its number where it has none. */
  static String name(MergeFacts.About about, int index) {
    return index < about.classes().size() ? about.classes().get(index) : "class " + index;
  }

  private String name(int index) {
    return name(facts.about(), index);
  }

  private Html matrix() {
    int classes = merged.classes();
    int[][] counts = new int[classes][classes];
    for (Confusion.Cell cell : merged.cells()) {
      counts[cell.label()][cell.answer()] = cell.images();
    }
    Html html =
        new Html().open("div", "class", "wide").open("table", "class", "matrix").open("thead");
    html.open("tr").element("th", "", "scope", "col");
    for (int c = 0; c < classes; c++) {
      html.open("th", "scope", "col").element("span", name(c)).close();
    }
    html.close().close().open("tbody");
    for (int row = 0; row < classes; row++) {
      int images = Math.max(1, Arrays.stream(counts[row]).sum());
      html.open("tr").element("th", name(row), "scope", "row");
      for (int column = 0; column < classes; column++) {
        int count = counts[row][column];
        double share = (double) count / images;
        String kind = row == column ? "right" : "wrong";
        html.element(
            "td",
            count == 0 ? "" : Numbers.count(count),
            "class",
            count == 0 ? "none" : kind,
            "style",
            Numbers.format("--share:%.3f", Math.sqrt(share)),
            "title",
            "%s said to be %s: %d of %d".formatted(name(row), name(column), count, images));
      }
      html.close().line();
    }
    return html.close().close().close().line();
  }

  private Table confusions(List<Confusion.Cell> wrong) {
    List<Accuracy> byClass = merged.byClass();
    Table.Builder table = Table.of("images of", "said to be", "images", "of all of that class");
    for (Confusion.Cell cell : wrong.subList(0, Math.min(CONFUSIONS, wrong.size()))) {
      int images = byClass.get(cell.label()).images();
      table.row(
          name(cell.label()),
          name(cell.answer()),
          Numbers.count(cell.images()),
          Numbers.percent((double) cell.images() / images));
    }
    return table.end();
  }

  private Chart classes() {
    List<Accuracy> now = merged.byClass();
    List<Accuracy> before = originals.byClass();
    List<String> names = new ArrayList<>();
    List<Object> after = new ArrayList<>();
    List<Object> own = new ArrayList<>();
    Table.Builder table =
        Table.of("class", "images", "original", "merged", "95 % interval", "change in points");
    for (int c = 0; c < now.size(); c++) {
      if (now.get(c).images() == 0) {
        continue;
      }
      names.add(name(c));
      after.add(Numbers.rounded(now.get(c).rate(), 4));
      boolean known = before.get(c).images() > 0;
      own.add(known ? (Object) Numbers.rounded(before.get(c).rate(), 4) : "-");
      table.row(
          name(c),
          Numbers.count(now.get(c).images()),
          known ? Numbers.percent(before.get(c).rate()) : Numbers.NONE,
          Numbers.percent(now.get(c).rate()),
          Numbers.interval(now.get(c).interval()),
          known ? Numbers.points(now.get(c).rate() - before.get(c).rate()) : Numbers.NONE);
    }
    Map<String, Object> axis = Options.numbers("", "%share");
    axis.put("min", 0);
    axis.put("max", 1);
    Map<String, Object> option = Options.byName(names, axis);
    option.put(
        "series",
        List.of(Options.bar("original", "both", own), Options.bar("merged", "merged", after)));
    option.put("legend", map("show", true));
    option.put("tooltip", map("trigger", "axis", "valueFormatter", "%percent"));
    return new Chart(
        "class-chart",
        "Accuracy by class",
        facts.about().separateLabels()
            ? "The original among its own classes, the merged network among those of both."
            : "Each original on its own domain, and the merged network.",
        names.size() <= Options.NAMED_ROWS ? 100 + 30 * names.size() : 360,
        option,
        table.end());
  }
}
