package io.github.pleas.report;

import java.util.Map;

/**
 * A chart, and the same numbers as a table.
 *
 * @param id its place in the page, letters and dashes
 * @param title what it shows
 * @param caption how to read it
 * @param height in pixels
 * @param option what Apache ECharts draws; colours and formats by names that the page's script
 *     knows
 * @param table the numbers
 */
record Chart(
    String id, String title, String caption, int height, Map<String, Object> option, Table table) {
  Html html() {
    Html html =
        new Html()
            .open("figure", "id", id)
            .open("figcaption")
            .element("h3", title)
            .element("p", caption)
            .close()
            .line()
            .empty(
                "div",
                "class",
                "chart",
                "id",
                "chart-" + id,
                "role",
                "img",
                "aria-label",
                title + "; the numbers are in the table below",
                "style",
                "height:" + height + "px")
            .line();
    return html.open("details", "class", "numbers", "open", "")
        .element("summary", "The numbers")
        .add(table.html())
        .close()
        .close()
        .line();
  }
}
