package io.github.pleas.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A table: what a chart shows, to be read without it.
 *
 * @param header titles of the columns
 * @param rows as many cells each; in a cell of two lines the second is smaller
 * @param strong rows that matter most
 */
record Table(List<String> header, List<List<String>> rows, Set<Integer> strong) {
  private static final Pattern NUMBER =
      Pattern.compile("[-–−+]?[0-9][0-9.,]*( to [0-9.]+|×| ?(%|s|MB|GB|ms))?|–?");

  Table {
    header = List.copyOf(header);
    rows = List.copyOf(rows);
    for (List<String> row : rows) {
      if (row.size() != header.size()) {
        throw new IllegalArgumentException(
            "a row of %d cells under %d titles".formatted(row.size(), header.size()));
      }
    }
  }

  /** A table that grows row by row. */
  static Builder of(String... header) {
    return new Builder(List.of(header));
  }

  static Builder of(List<String> header) {
    return new Builder(header);
  }

  /** Rows to come. */
  static final class Builder {
    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();
    private final Set<Integer> strong = new TreeSet<>();

    private Builder(List<String> header) {
      this.header = header;
    }

    Builder row(String... cells) {
      return row(List.of(cells));
    }

    Builder row(List<String> cells) {
      rows.add(List.copyOf(cells));
      return this;
    }

    /** The row that was added last matters most. */
    Builder strong() {
      strong.add(rows.size() - 1);
      return this;
    }

    Table end() {
      return new Table(header, rows, strong);
    }
  }

  private boolean isNumeric(int column) {
    return rows.stream().allMatch(row -> NUMBER.matcher(first(row.get(column))).matches());
  }

  private static String first(String cell) {
    int end = cell.indexOf('\n');
    return end < 0 ? cell : cell.substring(0, end);
  }

  /** The first line, and smaller what stands below it. */
  private static void cell(Html html, String cell) {
    String first = first(cell);
    html.text(first);
    if (first.length() < cell.length()) {
      html.element("small", cell.substring(first.length() + 1));
    }
    html.close();
  }

  Html html() {
    List<String> kinds = new ArrayList<>();
    for (int c = 0; c < header.size(); c++) {
      kinds.add(isNumeric(c) ? "number" : "word");
    }
    Html html = new Html().open("div", "class", "wide").open("table").open("thead").open("tr");
    for (int c = 0; c < header.size(); c++) {
      cell(html.open("th", "scope", "col", "class", kinds.get(c)), header.get(c));
    }
    html.close().close().line().open("tbody");
    for (int r = 0; r < rows.size(); r++) {
      html.open("tr", "class", strong.contains(r) ? "strong" : "plain");
      for (int c = 0; c < header.size(); c++) {
        cell(html.open("td", "class", kinds.get(c)), rows.get(r).get(c));
      }
      html.close().line();
    }
    return html.close().close().close().line();
  }
}
