package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.report.MergeFacts;
import io.github.pleas.report.MergePage;
import io.github.pleas.report.StageUse;
import io.github.pleas.report.SweepFacts;
import io.github.pleas.report.SweepPage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a command knows of its merges, as their pages tell of them. */
final class ReportPages {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT);

  private ReportPages() {}

  /** The page of a merge. */
  static String of(MergeReport report) {
    return new MergePage(facts(report)).html();
  }

  /** Writes the page of a sweep. */
  static void write(
      List<MergeReport> reports, SweepTimes times, Path folder, double seconds, Path page) {
    List<Double> merged = new ArrayList<>();
    for (int place = 0; place < reports.size(); place++) {
      merged.add(times.milliseconds(SweepTimes.merged(place)));
    }
    SweepFacts facts =
        new SweepFacts(
            Paths.name(folder.toAbsolutePath().normalize()),
            reports.stream().map(ReportPages::facts).toList(),
            new SweepFacts.Milliseconds(
                times.milliseconds(SweepTimes.A), times.milliseconds(SweepTimes.B), merged),
            seconds);
    byte[] html = new SweepPage(facts).html().getBytes(StandardCharsets.UTF_8);
    AtomicFile.replace(page, out -> out.write(html));
  }

  private static MergeFacts facts(MergeReport report) {
    MergeReport.Output output = report.output().orElseThrow();
    List<StageUse> stages = new ArrayList<>();
    report
        .seconds()
        .forEach((stage, time) -> stages.add(new StageUse(stage, time, report.seen().peak(stage))));
    return new MergeFacts(
        about(report),
        new MergeFacts.MergedFile(
            Paths.name(report.request().out()),
            output.bytes() + output.data().map(AtomicFile.Beside::bytes).orElse(0L),
            output.sha256(),
            WordConverter.word(output.precision()),
            output.error(),
            output.macs(),
            output.parameters()),
        report.result(),
        report.evaluation(),
        report.agreement(),
        report.agreementImages(),
        report.probes().isEmpty() ? List.of() : List.of(new MergeTable(report).probes()),
        stages,
        report.seen().peak().text(),
        report.warnings());
  }

  private static MergeFacts.About about(MergeReport report) {
    List<MergeFacts.Sample> samples = new ArrayList<>();
    for (int i = 0; i < report.calibration().size(); i++) {
      samples.add(
          new MergeFacts.Sample(report.calibration().get(i), report.seen().available().get(i)));
    }
    return new MergeFacts.About(
        ZonedDateTime.now(ZoneOffset.UTC).format(TIME),
        report.request().command().map(ShellWords::of),
        report.versions(),
        report.provenance(),
        settings(report),
        report.seen().classes(),
        samples);
  }

  private static Map<String, String> settings(MergeReport report) {
    Map<String, String> all = new LinkedHashMap<>();
    MergeJson.options(report)
        .forEach(
            (name, value) -> {
              if (value instanceof Map<?, ?> parts) {
                parts.forEach((part, held) -> all.put(part.toString(), text(held)));
              } else {
                all.put(name, text(value));
              }
            });
    return all;
  }

  private static String text(Object value) {
    if (value instanceof float[] numbers) {
      List<String> texts = new ArrayList<>();
      for (float number : numbers) {
        texts.add(Float.toString(number));
      }
      return String.join(", ", texts);
    }
    return value instanceof List<?> list
        ? list.stream().map(Object::toString).reduce((x, y) -> x + ", " + y).orElse("none")
        : String.valueOf(value);
  }
}
