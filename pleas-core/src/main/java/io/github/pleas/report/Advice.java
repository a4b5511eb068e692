package io.github.pleas.report;

import static java.util.Objects.requireNonNull;

import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Confusion;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the numbers of a merge suggest, in words. Every sentence says which numbers it rests on. */
final class Advice {
  private final MergeFacts facts;
  private final MergeOptions options;
  private final WorstLayers worst;

  /**
   * A piece of advice.
   *
   * @param title in a few words
   * @param text what was found, and what to do
   */
  record Item(String title, String text) {}

  Advice(MergeFacts facts) {
    this.facts = facts;
    this.worst = new WorstLayers(facts);
    this.options = facts.about().provenance().options();
  }

  List<Item> items() {
    List<Item> items = new ArrayList<>();
    domains().ifPresent(items::add);
    images().ifPresent(items::add);
    budget().ifPresent(items::add);
    across().ifPresent(items::add);
    loser().ifPresent(items::add);
    return items;
  }

  /** How much each original's own domain lost, and which of them more. */
  private Optional<Item> domains() {
    Optional<Evaluation> evaluation = facts.evaluation();
    if (evaluation.isEmpty() || evaluation.get().domains().size() != 2) {
      return Optional.empty();
    }
    List<String> domains = evaluation.get().domains();
    Accuracy a = own(Subject.A, domains.get(0));
    Accuracy b = own(Subject.B, domains.get(1));
    Accuracy mergedA = own(Subject.MERGED, domains.get(0));
    Accuracy mergedB = own(Subject.MERGED, domains.get(1));
    if (a.images() == 0 || b.images() == 0) {
      return Optional.empty();
    }
    double lostA = a.rate() - mergedA.rate();
    double lostB = b.rate() - mergedB.rate();
    String both =
        "%s: %s to %s (%s points). %s: %s to %s (%s points)."
            .formatted(
                domains.get(0),
                Numbers.percent(a.rate()),
                Numbers.percent(mergedA.rate()),
                Numbers.points(-lostA),
                domains.get(1),
                Numbers.percent(b.rate()),
                Numbers.percent(mergedB.rate()),
                Numbers.points(-lostB));
    // Each change is a difference of two shares; theirs is one of four.
    double noise = 1.96 * Math.sqrt(square(a) + square(b) + square(mergedA) + square(mergedB));
    boolean tells = Math.abs(lostA - lostB) > noise;
    if (!tells) {
      return Optional.of(
          new Item(
              "Both domains fare alike",
              both
                  + Numbers.format(
                      " %,d and %,d test images cannot tell these changes apart.",
                      a.images(), b.images())));
    }
    String more = lostA > lostB ? domains.get(0) : domains.get(1);
    return Optional.of(new Item(more + " suffers more", both + " " + remedy()));
  }

  private String remedy() {
    boolean joint = facts.about().separateLabels() && options.fit().heads() == HeadFit.JOINT;
    return "What helps: more images of that domain, a higher budget"
        + (joint
            ? "; or --heads tasks, if it is always known which task an image belongs to."
            : ".");
  }

  private Accuracy own(Subject subject, String domain) {
    Evaluation.Row row = facts.evaluation().orElseThrow().row(subject).orElseThrow();
    return requireNonNull(row.byDomain().get(domain));
  }

  private static double square(Accuracy accuracy) {
    return Math.pow(accuracy.standardError(), 2);
  }

  /** Whether layers are shrunk towards the originals for want of rows. */
  private Optional<Item> images() {
    if (options.fit().method() != FitMethod.PROGRESSIVE) {
      return Optional.empty();
    }
    List<LayerFit> layers = facts.result().layers();
    List<LayerFit> few = layers.stream().filter(worst::isShortOfRows).toList();
    long more =
        facts.about().images().stream().mapToLong(each -> each.available() - each.used()).sum();
    if (few.isEmpty()) {
      return Optional.of(
          new Item(
              "There were enough images",
              Numbers.format(
                  "Every layer has %.0f rows (positions times images) or more for each weight of an"
                      + " output; more images would change little.",
                  WorstLayers.FEW_ROWS)));
    }
    LayerFit least =
        few.stream().min(Comparator.comparingDouble(WorstLayers::rowsPerUnknown)).orElseThrow();
    String hand =
        more > 0
            ? Numbers.format(" %,d more are at hand: --samples 0 takes all.", more)
            : " All that were given are used.";
    return Optional.of(
        new Item(
            "More images would help",
            Numbers.format(
                    "%d of %d layers have fewer than %.0f rows (positions times images) for each"
                        + " weight of an output, and are held to the originals' weights; fewest has"
                        + " %s: %.1f.",
                    few.size(),
                    layers.size(),
                    WorstLayers.FEW_ROWS,
                    quoted(least.layer()),
                    WorstLayers.rowsPerUnknown(least))
                + hand));
  }

  /** Where units match worst, and what keeps them apart. */
  private Optional<Item> budget() {
    if (options.match() == MergeOptions.MatchOn.NONE) {
      return Optional.empty();
    }
    List<MergeResult.Group> poor =
        facts.result().groups().stream()
            .filter(group -> group.separate() < group.units() && group.whyRigid().isEmpty())
            .sorted(Comparator.comparingDouble(MergeResult.Group::meanScore))
            .limit(3)
            .toList();
    if (poor.isEmpty()) {
      return Optional.empty();
    }
    String groups =
        poor.stream()
            .map(group -> Numbers.format("%s (%.2f)", quoted(group.name()), group.meanScore()))
            .collect(Collectors.joining(", "));
    double now = facts.relativeCost();
    return Optional.of(
        new Item(
            now < 1.95 ? "A higher budget keeps more apart" : "Nearly everything is kept apart",
            (now < 1.95
                    ? Numbers.format(
                        "--budget above %.2f keeps the worst-matched pairs separate; pleas sweep"
                            + " tries several. ",
                        now)
                    : Numbers.format(
                        "The network costs %.2f originals, about as much as both. ", now))
                + "Worst match, by mean similarity: %s.".formatted(groups)));
  }

  /** With separate labels: how many mistakes are between the two label spaces. */
  private Optional<Item> across() {
    Optional<Evaluation.Answers> answers = facts.evaluation().flatMap(Evaluation::answers);
    if (answers.isEmpty() || !facts.about().separateLabels()) {
      return Optional.empty();
    }
    Confusion merged = answers.get().merged();
    int ofA = classesOfA(answers.get().originals());
    int wrong = 0;
    int crossing = 0;
    for (Confusion.Cell cell : merged.cells()) {
      if (cell.label() != cell.answer()) {
        wrong += cell.images();
        crossing += (cell.label() < ofA) != (cell.answer() < ofA) ? cell.images() : 0;
      }
    }
    if (wrong == 0) {
      return Optional.empty();
    }
    String found =
        Numbers.format(
            "%,d of %,d mistakes take an image of one original's classes for one of the other's. ",
            crossing, wrong);
    return Optional.of(
        options.fit().heads() == HeadFit.JOINT
            ? new Item(
                "Mistakes between the two label spaces",
                found
                    + "The originals never learned to tell these apart. If it is known which task"
                    + " an image belongs to, ask that head alone: the mean of the domains is that.")
            : new Item(
                "Mistakes between the two label spaces",
                found + "--heads joint fits the heads to decide between them."));
  }

  /** The class that lost most, where that is more than chance. */
  private Optional<Item> loser() {
    Optional<Evaluation.Answers> answers = facts.evaluation().flatMap(Evaluation::answers);
    if (answers.isEmpty()) {
      return Optional.empty();
    }
    List<Accuracy> before = answers.get().originals().byClass();
    List<Accuracy> after = answers.get().merged().byClass();
    return IntStream.range(0, after.size())
        .filter(c -> before.get(c).images() > 0 && after.get(c).images() > 0)
        .filter(c -> after.get(c).interval().high() < before.get(c).interval().low())
        .boxed()
        .max(Comparator.comparingDouble(c -> before.get(c).rate() - after.get(c).rate()))
        .map(c -> loser(c, before.get(c), after.get(c), answers.get().merged()));
  }

  private Item loser(int index, Accuracy before, Accuracy after, Confusion merged) {
    String name = ClassSection.name(facts.about(), index);
    String others =
        merged.cells().stream()
            .filter(cell -> cell.label() == index && cell.answer() != index)
            .limit(2)
            .map(
                cell ->
                    Numbers.format(
                        "%s (%,d of %,d)",
                        quoted(ClassSection.name(facts.about(), cell.answer())),
                        cell.images(),
                        after.images()))
            .collect(Collectors.joining(" and "));
    String among =
        facts.about().separateLabels() ? " (The original chose among its own classes only.)" : "";
    return new Item(
        "The class that loses most: " + name,
        "%s right in its original, %s now; most are taken for %s.%s"
            .formatted(
                Numbers.percent(before.rate()), Numbers.percent(after.rate()), others, among));
  }

  /** How many classes A has: the numbers of the first output. */
  private int classesOfA(Confusion originals) {
    String outputA = facts.result().graph().outputs().get(0).name();
    int width = (int) facts.result().architecture().shape(outputA).elementsPerImage();
    return Math.min(width, originals.classes());
  }

  private static String quoted(String name) {
    return "‘" + name + "’";
  }

  Section section() {
    Section.Builder section = Section.of("advice", "What the numbers suggest");
    Html list = new Html().open("ul", "class", "advice");
    for (Item item : items()) {
      list.open("li")
          .element("strong", item.title())
          .text(" ")
          .element("span", item.text())
          .close();
    }
    section.add(list.close().line());
    return section.heading("The layers with the largest residuals").table(worst.table()).end();
  }
}
