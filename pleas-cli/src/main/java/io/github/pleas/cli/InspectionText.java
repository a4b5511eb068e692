package io.github.pleas.cli;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.symmetry.Defect;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.Symmetry;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What there is to tell about a network, to be read by people. */
final class InspectionText {
  private static final int REASONS_SHOWN = 8;
  private static final int NAMES_SHOWN = 3;

  private final Inspection inspection;
  private final Folding folding;
  private final PrintWriter out;

  InspectionText(Inspection inspection, Folding folding, PrintWriter out) {
    this.inspection = inspection;
    this.folding = folding;
    this.out = out;
  }

  void print() {
    heading();
    InspectionTables tables = new InspectionTables(inspection, folding);
    out.println();
    out.print(tables.groups());
    tables.notes().forEach(out::println);
    tables.queryHeads().forEach(out::println);
    out.println();
    out.print(tables.layers());
    if (inspection.network().macsOfProducts() > 0) {
      line(
          "products of computed values, as in attention: %,d MACs",
          inspection.network().macsOfProducts());
    }
    out.println();
    hidden();
    unknown();
    inspection
        .proof()
        .ifPresentOrElse(
            this::check, () -> out.println("self-check left out (--no-check): nothing is proven"));
    costs();
    out.flush();
  }

  private void heading() {
    Network network = inspection.network();
    String inputs =
        network.inputs().stream()
            .map(input -> "'" + input.name() + "' " + input.shape())
            .collect(Collectors.joining(", "));
    String outputs =
        network.graph().outputs().stream()
            .map(ValueInfo::name)
            .map(name -> "'" + name + "' " + network.shape(name))
            .collect(Collectors.joining(", "));
    line(
        "%s: %s %s, outputs %s",
        inspection.name(), network.inputs().size() == 1 ? "input" : "inputs", inputs, outputs);
    network
        .fixedBatch()
        .ifPresent(batch -> line("takes %d %s at a time", batch, batch == 1 ? "image" : "images"));
    line(
        "opset %d, %d layers, %,d parameters, %,.1f million MACs an image; %d unit groups",
        network.graph().opset(),
        network.layers().size(),
        network.parameters(),
        network.macs() / 1e6,
        inspection.groups().size());
  }

  private void hidden() {
    long total = inspection.hidden().total();
    long fixed = total - inspection.hidden().moving();
    if (total == 0) {
      line("hidden units: none, for there is no layer whose units could move");
      return;
    }
    if (fixed == 0) {
      line("hidden units: %,d, all can move", total);
      return;
    }
    line(
        "hidden units: %,d, of which %,d (%.1f %%) cannot move:",
        total, fixed, 100.0 * fixed / total);
    List<List<Symmetry.Fixed>> reasons =
        folding
            .fold(inspection.hidden().fixed(), f -> List.of(Folding.pattern(f.reason())))
            .stream()
            .sorted(Comparator.comparingInt(InspectionText::units).reversed())
            .toList();
    List<List<Symmetry.Fixed>> shown = folding.first(REASONS_SHOWN, reasons);
    for (List<Symmetry.Fixed> reason : shown) {
      List<String> layers = reason.stream().map(f -> "'" + f.layer() + "'").distinct().toList();
      line(
          "  %,d: %s; of %s",
          units(reason),
          Folding.common(reason, Symmetry.Fixed::reason),
          shortened(layers, "more layers"));
    }
    if (shown.size() < reasons.size()) {
      line(
          "  %,d for %d other reasons",
          reasons.stream().skip(shown.size()).mapToInt(InspectionText::units).sum(),
          reasons.size() - shown.size());
    }
  }

  private static int units(List<Symmetry.Fixed> fixed) {
    return fixed.stream().mapToInt(Symmetry.Fixed::units).sum();
  }

  private void unknown() {
    List<String> unknown =
        folding
            .fold(inspection.symmetry().unknownOperators(), name -> List.of(Folding.pattern(name)))
            .stream()
            .map(
                alike ->
                    Folding.common(alike, name -> name)
                        + (alike.size() > 1 ? " (" + alike.size() + " times)" : ""))
            .toList();
    if (!unknown.isEmpty()) {
      line("no rule for: %s", shortened(unknown, "others"));
    }
    inspection.symmetry().failedRules().forEach(failed -> line("the rule failed for %s", failed));
  }

  private void check(Proof proof) {
    line("self-check %s", proof);
    List<Defect> shown = folding.first(REASONS_SHOWN, proof.defects());
    shown.forEach(defect -> line("  %s", defect));
    if (shown.size() < proof.defects().size()) {
      line("  and %d more groups", proof.defects().size() - shown.size());
    }
  }

  private void costs() {
    String times =
        inspection.seconds().entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s %.2f s", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    PeakMemory memory = inspection.memory();
    String process =
        memory.processBytes().isPresent()
            ? String.format(
                Locale.ROOT, ", %,d MB with native memory", memory.processBytes().getAsLong() >> 20)
            : "";
    line("times: %s; peak memory: %,d MB heap%s", times, memory.heapBytes() >> 20, process);
  }

  private String shortened(List<String> names, String others) {
    List<String> shown = folding.first(NAMES_SHOWN, names);
    int more = names.size() - shown.size();
    return String.join(", ", shown) + (more > 0 ? " and " + more + " " + others : "");
  }

  private void line(String format, Object... arguments) {
    out.printf(Locale.ROOT, format + "%n", arguments);
  }
}
