package io.github.pleas.report;

import static io.github.pleas.report.Options.map;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A whole page: sections, and inside it the style, the charts' library (Apache ECharts) and the
 * charts' data. A policy in its head forbids it to ask for anything from elsewhere. Without scripts
 * the charts are missing, their tables are there.
 */
final class Page {
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:;"
          + " base-uri 'none'; form-action 'none'";

  private final String title;
  private final String made;
  private final Html head;
  private final List<Section> sections;

  /**
   * A page.
   *
   * @param title for the window and the heading
   * @param made when and by what, at its end
   * @param head what stands above the first section
   */
  Page(String title, String made, Html head, List<Section> sections) {
    this.title = title;
    this.made = made;
    this.head = head;
    this.sections = List.copyOf(sections);
  }

  String html() {
    StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<head>\n");
    page.append("<meta charset=\"utf-8\">\n");
    page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.append("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
        .append(Html.escape(POLICY))
        .append("\">\n");
    page.append(new Html().element("title", title)).append("\n<style>\n");
    page.append(resource("report.css")).append("</style>\n");
    page.append("<noscript><style>.chart { display: none; }</style></noscript>\n");
    page.append("</head>\n<body>\n");
    page.append(new Html().open("header").element("h1", title).add(head).close()).append('\n');
    page.append(contents()).append("\n<main>\n");
    for (Section section : sections) {
      page.append(
          new Html()
              .open("section", "id", section.id())
              .element("h2", section.title())
              .add(section.body())
              .close()
              .line());
    }
    page.append("</main>\n").append(new Html().element("footer", made)).append('\n');
    page.append("<script type=\"application/json\" id=\"charts\">")
        .append(ScriptJson.of(charts()))
        .append("</script>\n<script>\n")
        .append(resource("echarts.common.min.js"))
        .append("\n</script>\n<script>\n")
        .append(resource("report.js"))
        .append("</script>\n</body>\n</html>\n");
    return page.toString();
  }

  private Html contents() {
    Html html = new Html().open("nav", "aria-label", "Contents");
    for (Section section : sections) {
      html.element("a", section.title(), "href", "#" + section.id());
    }
    return html.close();
  }

  private List<Object> charts() {
    List<Object> charts = new ArrayList<>();
    for (Section section : sections) {
      for (Chart chart : section.charts()) {
        charts.add(map("id", "chart-" + chart.id(), "option", chart.option()));
      }
    }
    return charts;
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(in, name + " is part of the program").readAllBytes(),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read from the program", e);
    }
  }
}
