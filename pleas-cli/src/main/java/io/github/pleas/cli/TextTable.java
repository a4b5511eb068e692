package io.github.pleas.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A table of text, two spaces between the columns: the first one and those of words to the left,
 * those of numbers to the right.
 */
final class TextTable {
  private static final Pattern NUMBER = Pattern.compile("-|-?[0-9][0-9.,]*( %| / -?[0-9.]+)?");

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
    rows.add(cells.stream().map(Printable::of).toList());
  }

  /** The header and the rows. */
  List<List<String>> rows() {
    return List.copyOf(rows);
  }

  private boolean isNumeric(int column) {
    return rows.stream().skip(1).allMatch(row -> NUMBER.matcher(row.get(column)).matches());
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
    boolean[] left = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      left[c] = c == 0 || !isNumeric(c);
    }
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String pad = " ".repeat(widths[c] - rows.get(r).get(c).length());
        line.append(c == 0 ? "" : "  ")
            .append(left[c] ? rows.get(r).get(c) + pad : pad + rows.get(r).get(c));
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
      if (r == 0) {
        text.append("-".repeat(IntStream.of(widths).sum() + 2 * (columns - 1)))
            .append(System.lineSeparator());
      }
    }
    return text.toString();
  }
}
