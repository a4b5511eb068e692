package io.github.pleas.bench.families;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
        row.text(Fact.ERROR),
        row.text(Fact.READ_SECONDS),
        row.text(Fact.ANALYSIS_SECONDS),
        row.text(Fact.CHECK_SECONDS),
        row.text(Fact.PEAK_MB),
        outcome(row, Fact.MERGED, Fact.MERGED_SECONDS),
        outcome(row, Fact.PARTLY_MERGED, Fact.PARTLY_MERGED_SECONDS),
        row.text(Fact.FAILURE));
    if (merge) {
      refusal(row).ifPresent(why -> out.println("    " + why));
    }
    out.flush();
  }

  private void line(String name, String from, Object... cells) {
    out.printf(
        Locale.ROOT,
        "%-"
            + nameWidth
            + "s %-8s %6s %6s %6s %6s %6s %8s %6s %7s %6s %6s"
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
    return row.get(fact)
        .map(said -> said.split(":", 2)[0] + " " + row.text(seconds) + " s")
        .orElse("");
  }

  private static Optional<String> refusal(Facts row) {
    return row.get(Fact.MERGED)
        .or(() -> row.get(Fact.PARTLY_MERGED))
        .filter(said -> !said.equals("ok"));
  }

  /** Whether all graphs passed. */
  boolean summary() {
    long failed = rows.stream().filter(row -> row.get(Fact.FAILURE).isPresent()).count();
    out.printf(
        Locale.ROOT,
        "%d graphs: %d read, %d passed the self-check, %d failed%n",
        rows.size(),
        count(Fact.READ_SECONDS),
        rows.stream().filter(row -> row.get(Fact.ERROR).isPresent() && !checkFailed(row)).count(),
        failed);
    double hidden = rows.stream().mapToDouble(row -> row.number(Fact.HIDDEN)).sum();
    double movable = rows.stream().mapToDouble(row -> row.number(Fact.MOVABLE)).sum();
    out.printf(
        Locale.ROOT,
        "%.1f %% of %,.0f hidden units can move; all of them in %d graphs%n",
        100 * movable / Math.max(1, hidden),
        hidden,
        rows.stream()
            .filter(
                row ->
                    row.get(Fact.HIDDEN).isPresent()
                        && row.number(Fact.HIDDEN) == row.number(Fact.MOVABLE))
            .count());
    if (merge) {
      merges("everything merged", Fact.MERGED);
      merges("some units separate", Fact.PARTLY_MERGED);
    }
    out.flush();
    return failed == 0;
  }

  private void merges(String what, Fact fact) {
    long ok = rows.stream().filter(row -> row.text(fact).equals("ok")).count();
    out.printf(
        Locale.ROOT,
        "%s: %d ok, %d refused, %d not done%n",
        what,
        ok,
        count(fact) - ok,
        rows.size() - count(fact));
  }

  private static boolean checkFailed(Facts row) {
    return row.text(Fact.FAILURE).startsWith("self-check");
  }

  private long count(Fact fact) {
    return rows.stream().filter(row -> row.get(fact).isPresent()).count();
  }
}
