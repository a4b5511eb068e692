package io.github.pleas.bench.families;

import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The rows as comma-separated values, one column for each {@link Fact}, each row at once. */
final class FamilyCsv {
  private final Writer out;

  FamilyCsv(Writer out) throws IOException {
    this.out = out;
    line(
        Arrays.stream(Fact.values())
            .map(fact -> fact.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(",")));
  }

  void add(Facts row) throws IOException {
    line(
        Arrays.stream(Fact.values())
            .map(fact -> "\"" + row.text(fact).replace("\"", "\"\"") + "\"")
            .collect(Collectors.joining(",")));
  }

  private void line(String line) throws IOException {
    out.write(line + "\n");
    out.flush();
  }
}
