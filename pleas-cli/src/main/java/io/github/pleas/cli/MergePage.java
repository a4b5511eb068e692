package io.github.pleas.cli;

import io.github.pleas.fit.LayerFit;
import io.github.pleas.merge.MergeResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The report as a page: one file, without scripts, that opens offline. */
final class MergePage {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private final MergeReport report;

  MergePage(MergeReport report) {
    this.report = report;
  }

  String html() {
    MergeTable table = new MergeTable(report);
    Map<String, String> parts =
        Map.of(
            "title", escape(Paths.name(report.request().out())),
            "table", table(table.table().rows()),
            "how", escape(table.how()),
            "time", escape(table.time()),
            "warnings", warnings(),
            "layers", layers(),
            "groups", groups());
    // In one pass: a name that looks like a place of the template stays a name.
    return PLACE
        .matcher(template())
        .replaceAll(
            place -> Matcher.quoteReplacement(Objects.requireNonNull(parts.get(place.group(1)))));
  }

  private static String template() {
    try (InputStream in = MergePage.class.getResourceAsStream("page.html")) {
      return new String(
          Objects.requireNonNull(in, "page.html is part of the program").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("page.html cannot be read from the program", e);
    }
  }

  private static String table(List<List<String>> rows) {
    StringBuilder html = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      String cell = r == 0 ? "th" : "td";
      html.append(
          rows.get(r).stream()
              .map(text -> "<%s>%s</%s>".formatted(cell, escape(text), cell))
              .collect(Collectors.joining("", "<tr>", "</tr>\n")));
    }
    return html.toString();
  }

  private String warnings() {
    return report.warnings().stream()
        .map(text -> "<p class=\"note\">" + escape(text) + "</p>")
        .collect(Collectors.joining("\n"));
  }

  private String layers() {
    StringBuilder html = new StringBuilder();
    for (LayerFit fit : report.result().layers()) {
      html.append(
          bar(fit.layer(), fit.residual(), String.format(Locale.ROOT, "%.3f", fit.residual())));
    }
    return html.toString();
  }

  private String groups() {
    StringBuilder html = new StringBuilder();
    for (MergeResult.Group group : report.result().groups()) {
      String width = "%d of %d + %d".formatted(group.width(), group.units(), group.units());
      String score = String.format(Locale.ROOT, "%.2f; %s", group.meanScore(), width);
      html.append(bar(group.name(), group.meanScore(), score));
    }
    return html.toString();
  }

  private static String bar(String name, double share, String text) {
    double percent = 100 * Math.max(0, Math.min(1, share));
    return String.format(
        Locale.ROOT,
        "<tr><th>%s</th><td class=\"bar\"><i style=\"width:%.1f%%\"></i></td><td>%s</td></tr>%n",
        escape(name),
        percent,
        escape(text));
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
