package io.github.pleas.experiment;

import java.util.List;
import java.util.Locale;

/** Tables as Markdown. */
final class Markdown {
  private Markdown() {}

  static String of(Table table) {
    StringBuilder text = new StringBuilder();
    text.append("| method \\ budget |");
    table.columns().forEach(column -> text.append(' ').append(column).append(" |"));
    text.append("\n|---|").append("---:|".repeat(table.columns().size())).append('\n');
    for (Table.Row row : table.rows()) {
      text.append("| ").append(escaped(row.name())).append(" |");
      for (Table.Entry cell : row.cells()) {
        String mark = cell.best() ? "**" : "";
        text.append(' ').append(mark).append(escaped(cell.text())).append(mark).append(" |");
      }
      text.append('\n');
    }
    references(table.references(), text);
    notes(table.notes(), text);
    return text.toString();
  }

  private static void references(List<Reference> references, StringBuilder text) {
    if (references.isEmpty()) {
      return;
    }
    text.append("\n| to compare with | cost | |\n|---|---:|---:|\n");
    for (Reference reference : references) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %.2f |\n",
              escaped(reference.name()),
              reference.cost(),
              100 * reference.value()));
    }
  }

  private static void notes(List<String> notes, StringBuilder text) {
    for (int i = 0; i < notes.size(); i++) {
      text.append("\n[").append(i + 1).append("] ").append(notes.get(i).replace('\n', ' '));
      text.append('\n');
    }
  }

  /** A text that Markdown leaves as it is in a cell. */
  static String escaped(String text) {
    return text.replace("|", "\\|").replace('\n', ' ');
  }
}
