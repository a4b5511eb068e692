package io.github.pleas.bench.families;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows on the screen, and the summary below them. */
final class FamilyTable {
  private final PrintWriter out;
  private final int nameWidth;
  private final boolean merge;
  private final List<Facts> rows = new ArrayList<>();

  FamilyTable(PrintWriter out, int nameWidth, boolean merge) {
    this.out = out;
    this.nameWidth = nameWidth;
    this.merge = merge;
  }

  void heading() {
    line(
        "graph",
        "from",
        "nodes",
        "layers",
        "hidden",
        "move",
        "groups",
        "check",
        "error",
        "read",
        "analyse",
        "check",
        "MB",
        "merged",
        "separate",
        "failure");
  }

  void add(Facts row) {
    rows.add(row);
    line(
        row.text(Fact.NAME),
        row.text(Fact.EXPORTER),
        row.text(Fact.NODES),
        row.text(Fact.LAYERS),
        row.text(Fact.HIDDEN),
        row.get(Fact.MOVABLE).map(any -> percent(row)).orElse(""),
        row.text(Fact.GROUPS),
        word(row.text(Fact.CHECK)),
        row.text(Fact.ERROR),
        row.text(Fact.READ_SECONDS),
        row.text(Fact.ANALYSIS_SECONDS),
        row.text(Fact.CHECK_SECONDS),
        row.text(Fact.PEAK_MB),
        outcome(row, Fact.MERGED, Fact.MERGED_SECONDS),
        outcome(row, Fact.PARTLY_MERGED, Fact.PARTLY_MERGED_SECONDS),
        row.text(Fact.FAILURE));
    for (Fact fact : List.of(Fact.CHECK, Fact.MERGED, Fact.PARTLY_MERGED)) {
      row.get(fact)
          .filter(said -> said.contains(":"))
          .ifPresent(said -> out.println("    " + word(fact.name()) + " " + said));
    }
    out.flush();
  }

  private void line(String name, String from, Object... cells) {
    out.printf(
        Locale.ROOT,
        "%-"
            + nameWidth
            + "s %-8s %6s %6s %6s %6s %6s %8s %8s %6s %7s %6s %6s"
            + (merge ? " %15s %15s" : "%.0s%.0s")
            + " %s%n",
        concat(name, from, cells));
  }

  private static Object[] concat(String name, String from, Object[] cells) {
    List<Object> all = new ArrayList<>(List.of(name, from));
    all.addAll(List.of(cells));
    return all.toArray();
  }

  private static String percent(Facts row) {
    double hidden = row.number(Fact.HIDDEN);
    // Rounded down: 100 % means all of them.
    double share = hidden == 0 ? 100 : Math.floor(1000 * row.number(Fact.MOVABLE) / hidden) / 10;
    return String.format(Locale.ROOT, "%.1f%%", share);
  }

  private static String outcome(Facts row, Fact fact, Fact seconds) {
    return row.get(fact).map(said -> word(said) + " " + row.text(seconds) + " s").orElse("");
  }

  /** What comes before the reason. */
  private static String word(String outcome) {
    return outcome.split(":", 2)[0];
  }

  /** Whether no graph failed. */
  boolean summary() {
    long failed = rows.stream().filter(row -> row.get(Fact.FAILURE).isPresent()).count();
    out.printf(
        Locale.ROOT,
        "%d graphs: %d read, %d failed; self-check: %d passed, %d unproven, %d failed%n",
        rows.size(),
        count(Fact.READ_SECONDS),
        failed,
        count(Fact.CHECK, "passed"),
        count(Fact.CHECK, "unproven"),
        count(Fact.CHECK, "failed"));
    double hidden = rows.stream().mapToDouble(row -> row.number(Fact.HIDDEN)).sum();
    double movable = rows.stream().mapToDouble(row -> row.number(Fact.MOVABLE)).sum();
    List<Facts> hiding = rows.stream().filter(row -> row.number(Fact.HIDDEN) > 0).toList();
    out.printf(
        Locale.ROOT,
        "%.1f %% of %,.0f hidden units can move; all of them in %d of %d graphs that have some%n",
        100 * movable / Math.max(1, hidden),
        hidden,
        hiding.stream().filter(row -> row.number(Fact.HIDDEN) == row.number(Fact.MOVABLE)).count(),
        hiding.size());
    if (merge) {
      merges("everything merged", Fact.MERGED);
      merges("some units separate", Fact.PARTLY_MERGED);
    }
    out.flush();
    return failed == 0;
  }

  private void merges(String what, Fact fact) {
    out.printf(
        Locale.ROOT,
        "%s: %d ok, %d refused, %d failed, %d not done%n",
        what,
        count(fact, "ok"),
        count(fact, "refused"),
        count(fact, "failed"),
        rows.size() - count(fact));
  }

  private long count(Fact fact, String outcome) {
    return rows.stream().filter(row -> word(row.text(fact)).equals(outcome)).count();
  }

  private long count(Fact fact) {
    return rows.stream().filter(row -> row.get(fact).isPresent()).count();
  }
}
