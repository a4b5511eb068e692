package io.github.pleas.cli;

import java.util.ArrayList;
import java.util.List;

/** A table of text: the first column to the left, the others to the right, two spaces between. */
final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(List<String> header) {
    rows.add(List.copyOf(header));
  }

  /** Adds a row; it has as many cells as the header. */
  void row(List<String> cells) {
    if (cells.size() != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.size() + " cells under " + rows.get(0).size() + " titles");
    }
    rows.add(List.copyOf(cells));
  }

  /** The header and the rows. */
  List<List<String>> rows() {
    return List.copyOf(rows);
  }

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String pad = " ".repeat(widths[c] - rows.get(r).get(c).length());
        line.append(c == 0 ? "" : "  ")
            .append(c == 0 ? rows.get(r).get(c) + pad : pad + rows.get(r).get(c));
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
      if (r == 0) {
        text.append("-".repeat(line.length())).append(System.lineSeparator());
      }
    }
    return text.toString();
  }
}
