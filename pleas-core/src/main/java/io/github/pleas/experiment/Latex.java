package io.github.pleas.experiment;

import java.util.Locale;
import java.util.stream.Collectors;

/** Tables as LaTeX, with the rules of the package booktabs. */
final class Latex {
  private Latex() {}

  static String of(Table table) {
    int columns = table.columns().size();
    StringBuilder text = new StringBuilder();
    text.append("\\begin{table}\n  \\centering\n  \\caption{")
        .append(escaped(table.title()))
        .append("}\n  \\begin{tabular}{l")
        .append("r".repeat(columns))
        .append("}\n    \\toprule\n    method \\textbackslash{} budget");
    table.columns().forEach(column -> text.append(" & ").append(column));
    text.append(" \\\\\n    \\midrule\n");
    for (Table.Row row : table.rows()) {
      text.append("    ").append(escaped(row.name()));
      for (Table.Entry cell : row.cells()) {
        String value = escaped(cell.text());
        text.append(" & ").append(cell.best() ? "\\textbf{" + value + "}" : value);
      }
      text.append(" \\\\\n");
    }
    if (!table.references().isEmpty()) {
      text.append("    \\midrule\n");
    }
    for (Reference reference : table.references()) {
      text.append(
          String.format(
              Locale.ROOT,
              "    %s & \\multicolumn{%d}{c}{%.2f (cost %d)} \\\\\n",
              escaped(reference.name()),
              columns,
              100 * reference.value(),
              reference.cost()));
    }
    text.append("    \\bottomrule\n  \\end{tabular}\n");
    for (int i = 0; i < table.notes().size(); i++) {
      text.append("  \\par\\footnotesize [").append(i + 1).append("] ");
      text.append(escaped(table.notes().get(i))).append('\n');
    }
    return text.append("\\end{table}\n").toString();
  }

  /** A text that LaTeX shows as it is. */
  static String escaped(String text) {
    return text.codePoints()
        .mapToObj(
            c ->
                switch (c) {
                  case '\\' -> "\\textbackslash{}";
                  case '~' -> "\\textasciitilde{}";
                  case '^' -> "\\textasciicircum{}";
                  case '&', '%', '$', '#', '_', '{', '}' -> "\\" + Character.toString(c);
                  case '±' -> "$\\pm$";
                  case '\n' -> " ";
                  default -> Character.toString(c);
                })
        .collect(Collectors.joining());
  }
}
