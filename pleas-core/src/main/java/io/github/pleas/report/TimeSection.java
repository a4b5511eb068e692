package io.github.pleas.report;

import static io.github.pleas.report.Options.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What each stage took. */
final class TimeSection {
  private TimeSection() {}

  static Section of(MergeFacts facts) {
    List<StageUse> stages = facts.stages();
    List<String> names = stages.stream().map(StageUse::name).toList();
    Section.Builder section =
        Section.of("time", "Time and memory")
            .say(
                "%s in all, on %d thread%s. %s Kept tensors took up to %s of native memory."
                    .formatted(
                        Numbers.seconds(facts.totalSeconds()),
                        facts.about().provenance().options().threads(),
                        facts.about().provenance().options().threads() == 1 ? "" : "s",
                        facts.memory(),
                        Numbers.megabytes(facts.result().peakTensorBytes())));
    Table.Builder table = Table.of("stage", "seconds", "share of the time", "peak memory");
    for (StageUse stage : stages) {
      table.row(
          stage.name(),
          Numbers.format("%.2f", stage.seconds()),
          Numbers.percent(stage.seconds() / Math.max(1e-9, facts.totalSeconds())),
          stage.peakBytes().isPresent()
              ? Numbers.megabytes(stage.peakBytes().getAsLong())
              : Numbers.NONE);
    }
    Chart time =
        chart(
            "time-chart",
            "Time of each stage",
            "In the order of the merge.",
            names,
            "%seconds",
            stages.stream().map(stage -> (Object) Numbers.rounded(stage.seconds(), 3)).toList(),
            table.end());
    if (stages.stream().allMatch(stage -> stage.peakBytes().isEmpty())) {
      return section.chart(time).end();
    }
    List<Object> bytes = new ArrayList<>();
    for (StageUse stage : stages) {
      bytes.add(stage.peakBytes().isPresent() ? (Object) stage.peakBytes().getAsLong() : "-");
    }
    Chart memory =
        chart(
            "memory-chart",
            "Memory while each stage ran",
            "The most that the process held, Java's heap and the native libraries together; sampled.",
            names,
            "%bytes",
            bytes,
            table.end());
    return section.beside(time, memory).end();
  }

  private static Chart chart(
      String id,
      String title,
      String caption,
      List<String> names,
      String format,
      List<Object> values,
      Table table) {
    Map<String, Object> axis = Options.numbers("", format);
    axis.put("min", 0);
    axis.put("splitNumber", 4);
    Map<String, Object> bars = Options.bar(title, "merged", values);
    bars.put("label", map("show", true, "position", "right", "formatter", format));
    return new Chart(
        id,
        title,
        caption,
        60 + 26 * names.size(),
        map(
            "yAxis",
            Options.names(names, true),
            "xAxis",
            axis,
            "series",
            List.of(bars),
            "tooltip",
            map("trigger", "axis", "valueFormatter", format)),
        table);
  }
}
