package io.github.pleas.report;

import static io.github.pleas.report.Options.map;

import io.github.pleas.fit.LayerFit;
import io.github.pleas.layout.MergedLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How far each merged layer is from what the originals compute. */
final class ResidualSection {
  private ResidualSection() {}

  /**
   * The section.
   *
   * @param merges of one pair of networks, by size
   */
  static Section of(List<MergeFacts> merges) {
    List<String> names = names(merges.get(0));
    Map<String, Object> axis = Options.numbers("", "%plain");
    axis.put("min", 0);
    Map<String, Object> option = Options.byName(names, axis);
    boolean one = merges.size() == 1;
    List<Object> series = new ArrayList<>();
    for (int m = 0; m < merges.size(); m++) {
      MergeFacts each = merges.get(m);
      List<Double> values =
          each.result().layers().stream().map(fit -> Numbers.rounded(fit.residual(), 5)).toList();
      if (one) {
        series.add(Options.bar("residual", "merged", marked(values)));
      } else {
        String color = "ramp:" + (double) m / (merges.size() - 1);
        series.add(line("budget " + SweepPage.budget(each), color, values, names.size()));
      }
    }
    option.put("series", series);
    option.put("legend", map("show", !one));
    option.put("tooltip", map("trigger", "axis", "valueFormatter", "%plain"));
    return Section.of("residuals", "Residual by layer")
        .say(
            "The relative residual |XW − T| / |T| of each layer over the calibration images: X is what the"
                + " merged layer reads, W its weights, T what it should write. 0 is perfect; 1 would be a layer"
                + " that writes nothing. In the order in which the layers were fitted.")
        .chart(
            new Chart(
                "residual-chart",
                "Residual of each layer",
                one
                    ? "Longer is worse; the largest are marked."
                    : "Farther from 0 is worse; a line for each budget.",
                Options.height(names.size(), one ? 0 : 30),
                option,
                one ? table(merges.get(0)) : tables(merges)))
        .end();
  }

  /** The largest in another colour. */
  private static List<Object> marked(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    boolean many = sorted.length > 2 * WorstLayers.SHOWN;
    List<Object> data = new ArrayList<>();
    for (double value : values) {
      boolean large = many && value >= sorted[sorted.length - WorstLayers.SHOWN];
      data.add(large ? map("value", value, "itemStyle", map("color", "bad")) : value);
    }
    return data;
  }

  /** Values along the names, which lie on the axis that the chart's form has for them. */
  static Map<String, Object> line(String name, String color, List<Double> values, int names) {
    List<Object> data = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      data.add(names <= Options.NAMED_ROWS ? List.of(values.get(i), i) : List.of(i, values.get(i)));
    }
    return map(
        "type",
        "line",
        "name",
        name,
        "data",
        data,
        "symbolSize",
        5,
        "lineStyle",
        map("color", color, "width", 1.5),
        "itemStyle",
        map("color", color));
  }

  private static List<String> names(MergeFacts facts) {
    return facts.result().layers().stream().map(LayerFit::layer).toList();
  }

  private static Table table(MergeFacts facts) {
    Table.Builder table =
        Table.of(
            "layer",
            "kind",
            "residual",
            "rows used",
            "rows there are",
            "weights of an output",
            "ridge",
            "seconds");
    for (LayerFit fit : facts.result().layers()) {
      table.row(
          fit.layer(),
          kind(facts, fit.layer()),
          Numbers.format("%.4f", fit.residual()),
          Numbers.count(fit.rows()),
          Numbers.count(fit.availableRows()),
          Numbers.count(fit.unknowns()),
          Numbers.format("%.4f", fit.ridge()),
          Numbers.format("%.2f", fit.seconds()));
    }
    return table.end();
  }

  private static String kind(MergeFacts facts, String layer) {
    return facts.result().architecture().layers().stream()
        .filter(merged -> merged.name().equals(layer))
        .findFirst()
        .map(ResidualSection::kind)
        .orElse(Numbers.NONE);
  }

  private static String kind(MergedLayer layer) {
    String kind = layer.layer().kind().name().toLowerCase(Locale.ROOT);
    return switch (layer.role()) {
      case HEAD -> kind + ", head";
      case APPENDED -> kind + ", appended head";
      case BRANCH -> kind + ", start of a tail";
      case TRUNK, KEPT -> kind;
    };
  }

  private static Table tables(List<MergeFacts> merges) {
    List<String> header = new ArrayList<>(List.of("layer"));
    merges.forEach(each -> header.add("budget " + SweepPage.budget(each)));
    Table.Builder table = Table.of(header);
    List<String> names = names(merges.get(0));
    for (int layer = 0; layer < names.size(); layer++) {
      List<String> cells = new ArrayList<>(List.of(names.get(layer)));
      for (MergeFacts each : merges) {
        cells.add(Numbers.format("%.4f", each.result().layers().get(layer).residual()));
      }
      table.row(cells);
    }
    return table.end();
  }
}
