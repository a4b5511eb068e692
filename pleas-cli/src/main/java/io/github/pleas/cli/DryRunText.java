package io.github.pleas.cli;

import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.checkpoint.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a dry run tells when nothing is wrong. */
final class DryRunText {
  /** The report's numbers and its page. */
  private static final long REPORTS = 1_000_000;

  /** Slowed down by so much, an estimate is told for both. */
  private static final double BUSY = 1.25;

  private final DryRunTarget target;
  private final List<BudgetOptions> sizes;
  private final List<String> facts;
  private final SizesEstimate estimate;
  private final Precision precision;

  /**
   * The text of a dry run.
   *
   * @param sizes that will be merged
   * @param facts what was found
   * @param precision of the merged network's weights in its file
   */
  DryRunText(
      DryRunTarget target,
      List<BudgetOptions> sizes,
      List<String> facts,
      SizesEstimate estimate,
      Precision precision) {
    this.target = target;
    this.sizes = List.copyOf(sizes);
    this.facts = List.copyOf(facts);
    this.estimate = estimate;
    this.precision = precision;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    line(text, "Nothing is wrong that can be known beforehand. Nothing was written.");
    line(text, "");
    facts.forEach(fact -> line(text, Printable.of(fact)));
    line(text, "");
    Map<String, Double> seconds = estimate.seconds();
    TextTable table = new TextTable(List.of("stage", "about, in seconds"));
    seconds.forEach((stage, time) -> table.row(List.of(stage, format("%.1f", time))));
    double total = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    table.row(List.of("all", format("%.1f", total)));
    text.append(table);
    line(text, "");
    if (estimate.slowdown() > BUSY) {
      line(
          text,
          format(
              "That is on processors with nothing else to do. While this was measured, work took %.1f times as long; if that stays so, all takes about %.0f s.",
              estimate.slowdown(), total * estimate.slowdown()));
    }
    repeated().ifPresent(note -> line(text, note));
    line(
        text,
        "Memory: about %s of this machine's %s; kept tensors about %s%s."
            .formatted(
                Checkup.size(estimate.processBytes()),
                Checkup.size(Machine.memoryBytes()),
                Checkup.size(estimate.tensorBytes()),
                estimate.spilledBytes() > 0
                    ? format(
                        ", of which about %s go to files in %s (%s free; the time that takes is not in the table)",
                        Checkup.size(estimate.spilledBytes()),
                        Machine.temporary(),
                        free(Machine.temporary()))
                    : ""));
    line(
        text,
        "Disk: about %s for %s (%s free)."
            .formatted(
                Checkup.size(estimate.fileBytes(precision) + sizes.size() * REPORTS),
                sizes.size() == 1
                    ? "the merged network and its report"
                    : sizes.size() + " merged networks and their report",
                free(there(target.folder()))));
    target
        .resume()
        .ifPresent(
            kept ->
                line(
                    text,
                    "Until all is done, about %s more in %s to go on from (%s free)."
                        .formatted(Checkup.size(estimate.keptBytes()), kept, free(there(kept)))));
    String files =
        target.files(sizes).stream().map(Path::toString).collect(Collectors.joining(", "));
    line(text, "Would be written: " + files);
    return text.toString();
  }

  /** Where the merge is many merges, or networks are timed. */
  private Optional<String> repeated() {
    BudgetOptions size = sizes.get(0);
    if (size.budget().isEmpty()) {
      return Optional.empty();
    }
    if (size.allocation() == AllocationMethod.LEAVE_ONE_OUT) {
      return Optional.of(
          "--allocation leave-one-out fits two networks for each unit group beforehand: that time"
              + " is not in the table.");
    }
    return size.cost() == CostKind.LATENCY
        ? Optional.of("--cost latency times networks beforehand: that time is not in the table.")
        : Optional.empty();
  }

  /** A folder, or where it would be made. */
  private static Path there(Path folder) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }

  private static String free(Path folder) {
    try {
      return Checkup.size(Files.getFileStore(folder).getUsableSpace());
    } catch (IOException e) {
      return "how much cannot be told";
    }
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }
}
