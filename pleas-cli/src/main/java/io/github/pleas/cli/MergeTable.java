package io.github.pleas.cli;

import io.github.pleas.api.CheckpointOutput;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.SizePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The table that ends a merge, as text. */
final class MergeTable {
  private final MergeReport report;

  MergeTable(MergeReport report) {
    this.report = report;
  }

  /** The whole text, with line ends. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(text, "");
    text.append(table());
    line(text, "");
    line(text, how());
    line(text, time() + " " + report.seen().peak().text());
    if (!report.probes().isEmpty()) {
      line(text, probes());
    }
    report
        .output()
        .flatMap(MergeReport.Output::latency)
        .ifPresent(latency -> line(text, latency.text(report.result().plan())));
    for (String warning : report.warnings()) {
      line(text, "Note: " + Printable.of(warning));
    }
    line(text, "");
    line(
        text,
        "Merged network: " + report.request().out() + report.output().map(this::file).orElse(""));
    report
        .output()
        .flatMap(MergeReport.Output::data)
        .ifPresent(
            data -> line(text, "Its weights: " + Paths.beside(report.request().out(), data)));
    line(text, "Numbers: " + report.request().json());
    report.request().page().ifPresent(page -> line(text, "Report: " + page));
    return text.toString();
  }

  private String file(MergeReport.Output file) {
    if (file.rounding().isPresent() && CheckpointOutput.isAsked(report.request().out())) {
      return format(
          " (%.1f MB; rounding to half precision changes its outputs by %.1e, relative; before"
              + " that, built afresh, they are the same to %.0e)",
          file.bytes() / 1e6, file.rounding().getAsDouble(), file.error());
    }
    return format(
        " (%.1f MB; loaded afresh, it computes the same%s)",
        file.bytes() / 1e6, file.error() > 0 ? format(" to %.0e", file.error()) : "");
  }

  String probes() {
    return report.probes().stream()
        .map(
            probed ->
                format(
                    "%s %.2f %% (of its original's %.2f)",
                    probed.domain(), 100 * probed.merged().rate(), 100 * probed.original().rate()))
        .collect(
            Collectors.joining(
                ", ",
                "Linear probe by "
                    + WordConverter.word(report.request().probe().orElseThrow())
                    + " on the merged network's features: ",
                "."));
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }

  /** The table: a header, and a row for each network. */
  TextTable table() {
    MergeResult.Cost cost = report.result().cost();
    List<String> header = new ArrayList<>(List.of(""));
    header.addAll(new AccuracyCells(report).titles());
    if (showsAgreement()) {
      header.add(AccuracyCells.agreementTitle(report));
    }
    header.addAll(List.of("cost", "MMACs", "parameters"));
    TextTable table = new TextTable(header);
    row(
        table,
        Evaluation.Subject.A,
        "A: " + Paths.name(report.request().a()),
        cost.macsA(),
        cost.parametersA());
    row(
        table,
        Evaluation.Subject.B,
        "B: " + Paths.name(report.request().b()),
        cost.macsB(),
        cost.parametersB());
    long both = cost.macsA() + cost.macsB();
    long parameters = cost.parametersA() + cost.parametersB();
    if (report.evaluation().flatMap(e -> e.row(Evaluation.Subject.OWN)).isPresent()) {
      row(table, Evaluation.Subject.OWN, "each on its own", both, parameters);
    }
    row(table, Evaluation.Subject.ENSEMBLE, "both (ensemble)", both, parameters);
    // As counted from the file, where there is one.
    long macs = report.output().map(MergeReport.Output::macs).orElse(cost.macs());
    long numbers = report.output().map(MergeReport.Output::parameters).orElse(cost.parameters());
    row(table, Evaluation.Subject.MERGED, "merged", macs, numbers);
    return table;
  }

  /** With accuracies there is a better measure. */
  private boolean showsAgreement() {
    return report.evaluation().isEmpty() && report.agreement().isPresent();
  }

  private void row(
      TextTable table, Evaluation.Subject subject, String name, long macs, long parameters) {
    List<String> cells = new ArrayList<>(List.of(name));
    cells.addAll(new AccuracyCells(report).of(subject));
    if (showsAgreement()) {
      cells.add(
          subject == Evaluation.Subject.MERGED
              ? report.agreement().map(AccuracyCells::of).orElseThrow()
              : "-");
    }
    cells.add(format("%.2f", report.result().cost().relative(macs)));
    cells.add(format("%,.1f", macs / 1e6));
    cells.add(format("%,d", parameters));
    table.row(cells);
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }

  /** What was merged how, in a sentence. */
  String how() {
    String blocks = report.request().options().size().mayKeepSeparate() ? layout() : "";
    return format("%s; %s%s.", sources(), size(report.result().plan()), blocks);
  }

  /** The same, as far as it holds for any size. */
  String common() {
    BudgetOptions size = report.request().options().size();
    return format(
        "%s; budgets in %s, %s allocation, %s layout.",
        sources(),
        WordConverter.word(size.cost()),
        WordConverter.word(size.allocation()),
        WordConverter.word(report.request().options().layout()));
  }

  private String sources() {
    MergeOptions options = report.request().options();
    String images =
        report.calibration().stream().map(String::valueOf).collect(Collectors.joining(" + "));
    return format(
        "%s calibration %s%s (%s); %s, %s fit%s%s",
        images,
        report.preparation().unit(),
        images.equals("1") ? "" : "s",
        report.preparation(),
        matched(options),
        WordConverter.word(options.fit().method()),
        options.heads().separate()
            ? ", " + WordConverter.word(options.fit().heads()) + " heads"
            : "",
        options.heads().fork().map(node -> ", two tails behind '" + node + "'").orElse(""));
  }

  private static String matched(MergeOptions options) {
    return switch (options.match()) {
      case ACTIVATIONS, WEIGHTS ->
          "matched on "
              + WordConverter.word(options.match())
              + (options.stream() == MergeOptions.StreamMap.ORTHOGONAL
                  ? ", residual streams rotated"
                  : "");
      case NONE -> "unmatched";
      case ZIP -> format("zipped (alpha %s, beta %s)", options.zip().alpha(), options.zip().beta());
    };
  }

  /** How large the network was to be, and is planned to be. */
  private static String size(SizePlan plan) {
    BudgetOptions asked = plan.asked();
    return asked.budget().isEmpty()
        ? "separate fraction " + number(asked.fraction())
        : format(
            "budget %s in %s, %s allocation (planned %.4f)",
            number(asked.budget().getAsDouble()),
            WordConverter.word(asked.cost()),
            WordConverter.word(asked.allocation()),
            plan.relativeCost());
  }

  private static String number(double value) {
    return Double.toString(value).replaceFirst("\\.0$", "");
  }

  /** What the layout does to the cost. */
  private String layout() {
    MergeResult result = report.result();
    List<LayerLayout> able =
        result.layouts().stream().filter(l -> l.blockMacs() < l.denseMacs()).toList();
    long blocks = able.stream().filter(l -> l.form() == LayerLayout.Form.BLOCKS).count();
    return format(
        "; %d of %d layers with separate units on both sides in blocks (cost %.2f dense, %.2f all"
            + " in blocks)",
        blocks,
        able.size(),
        result.cost().relative(result.cost().macsDense()),
        result.cost().relative(result.cost().macsBlocks()));
  }

  /** The time of each stage, in a sentence. */
  String time() {
    String stages =
        report.seconds().entrySet().stream()
            .map(stage -> format("%s %.1f", stage.getKey(), stage.getValue()))
            .collect(Collectors.joining(", "));
    return format("%.1f s (%s).", report.totalSeconds(), stages);
  }
}
