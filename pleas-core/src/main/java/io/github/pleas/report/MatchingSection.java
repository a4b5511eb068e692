package io.github.pleas.report;

import static io.github.pleas.report.Options.map;

import io.github.pleas.merge.MergeOptions.MatchOn;
import io.github.pleas.merge.MergeResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** How similar the matched pairs of units are: sorted, and how they are distributed. */
final class MatchingSection {
  private static final int POINTS = 60;
  private static final int BINS = 40;

  /** Up to so many groups a legend helps. */
  private static final int LEGEND = 16;

  private final List<MergeResult.Group> groups;

  private MatchingSection(MergeFacts facts) {
    this.groups = facts.result().groups();
  }

  /**
   * The section.
   *
   * @param sized whether which pairs stayed separate is to be told: of one merge, not of several
   */
  static Section of(MergeFacts facts, boolean sized) {
    MatchingSection section = new MatchingSection(facts);
    MatchOn on = facts.about().provenance().options().match();
    String measure =
        switch (on) {
          case ACTIVATIONS, ZIP ->
              "the correlation of the pair's activations over the calibration images";
          case WEIGHTS -> "the similarity of the pair's weights";
          case NONE -> "not measured here: unit i was taken with unit i";
        };
    Section.Builder built =
        Section.of("matching", "Similarity of matched pairs")
            .say(
                "A unit group is a set of units that can be put in another order only together. In each, every unit of"
                    + " A has a partner in B; their similarity is "
                    + measure
                    + ". 1 is the same unit twice; near 0 the networks have learned different things there.");
    if (section.groups.isEmpty()) {
      return built.say("These networks have no unit groups.").end();
    }
    if (on == MatchOn.NONE) {
      return built.end(); // similarities that nobody measured are not to be drawn
    }
    return built.beside(section.sorted(), section.distribution(sized)).end();
  }

  private static double[] descending(MergeResult.Group group) {
    double[] sorted = group.scores().clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length / 2; i++) {
      double kept = sorted[i];
      sorted[i] = sorted[sorted.length - 1 - i];
      sorted[sorted.length - 1 - i] = kept;
    }
    return sorted;
  }

  private Chart sorted() {
    List<Object> series = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      double[] scores = descending(groups.get(g));
      List<Object> points = new ArrayList<>();
      int count = Math.min(POINTS, scores.length);
      for (int i = 0; i < count; i++) {
        int at = count == 1 ? 0 : (int) Math.round((double) i * (scores.length - 1) / (count - 1));
        points.add(
            List.of(
                Numbers.rounded((at + 0.5) / scores.length, 4), Numbers.rounded(scores[at], 4)));
      }
      String color = "ramp:" + (groups.size() == 1 ? 0.5 : (double) g / (groups.size() - 1));
      series.add(
          map(
              "type",
              "line",
              "name",
              groups.get(g).name(),
              "data",
              points,
              "symbol",
              count == 1 ? "circle" : "none",
              "lineStyle",
              map("color", color, "width", 1.8),
              "itemStyle",
              map("color", color),
              "emphasis",
              map("focus", "series")));
    }
    Map<String, Object> share = Options.numbers("share of the group's pairs, best first", "%share");
    share.put("min", 0);
    share.put("max", 1);
    Map<String, Object> similarity = Options.numbers("", "%plain");
    similarity.put("max", 1);
    Map<String, Object> option =
        map(
            "xAxis",
            share,
            "yAxis",
            similarity,
            "series",
            series,
            "legend",
            map("show", groups.size() <= LEGEND, "type", "scroll", "formatter", "%tail"),
            "tooltip",
            map("trigger", "item", "formatter", "%curve"));
    return new Chart(
        "sorted-chart",
        "Sorted, a line for each group",
        "From the first groups of the network (faint) to the last (strong).",
        400,
        option,
        table());
  }

  private Table table() {
    Table.Builder table =
        Table.of(
            "group", "pairs", "mean", "lowest", "lower tenth", "median", "upper tenth", "highest");
    for (MergeResult.Group group : groups) {
      double[] scores = descending(group);
      table.row(
          group.name(),
          Numbers.count(scores.length),
          Numbers.ratio(group.meanScore()),
          quantile(scores, 0),
          quantile(scores, 0.1),
          quantile(scores, 0.5),
          quantile(scores, 0.9),
          quantile(scores, 1));
    }
    return table.end();
  }

  private static String quantile(double[] descending, double share) {
    int at = (int) Math.round((1 - share) * (descending.length - 1));
    return Numbers.ratio(descending[at]);
  }

  /** Within a group the worst-matched pairs are those that stay separate. */
  private Chart distribution(boolean sized) {
    double least =
        groups.stream().flatMapToDouble(g -> Arrays.stream(g.scores())).min().orElseThrow();
    double greatest =
        groups.stream().flatMapToDouble(g -> Arrays.stream(g.scores())).max().orElseThrow();
    double low = Math.floor(20 * Math.min(0, least)) / 20;
    double high = Math.ceil(20 * Math.max(1, greatest)) / 20;
    double width = Math.max(1, Math.ceil(20 * (high - low) / BINS)) / 20;
    int bins = (int) Math.ceil((high - low) / width - 1e-9);
    int[] merged = new int[bins];
    int[] separate = new int[bins];
    for (MergeResult.Group group : groups) {
      double[] scores = descending(group);
      int kept = sized ? scores.length - group.separate() : scores.length;
      for (int i = 0; i < scores.length; i++) {
        int bin = Math.max(0, Math.min(bins - 1, (int) Math.floor((scores[i] - low) / width)));
        (i < kept ? merged : separate)[bin]++;
      }
    }
    List<String> names = new ArrayList<>();
    Table.Builder table = Table.of("similarity from", "to", "merged pairs", "separate pairs");
    for (int bin = 0; bin < bins; bin++) {
      names.add(Numbers.format("%.2f", low + bin * width));
      table.row(
          names.get(bin),
          Numbers.format("%.2f", low + (bin + 1) * width),
          Numbers.count(merged[bin]),
          Numbers.count(separate[bin]));
    }
    Map<String, Object> x = map("type", "category", "data", names, "name", "similarity, from");
    Map<String, Object> pairs = Options.numbers("pairs", "%count");
    boolean any = Arrays.stream(separate).sum() > 0;
    List<Object> series = new ArrayList<>();
    series.add(stacked(any ? "merged" : "pairs", "merged", merged));
    if (any) {
      series.add(stacked("kept separate", "a", separate));
    }
    Map<String, Object> option =
        map(
            "xAxis",
            x,
            "yAxis",
            pairs,
            "series",
            series,
            "legend",
            map("show", any),
            "tooltip",
            map("trigger", "axis"));
    return new Chart(
        "distribution-chart",
        "Distribution over all groups",
        any
            ? "Of each group the worst-matched pairs stay separate, so that a pair can be merged in one group that would be separate in another."
            : "How many pairs are how similar.",
        400,
        option,
        table.end());
  }

  private static Map<String, Object> stacked(String name, String color, int[] counts) {
    Map<String, Object> bars = Options.bar(name, color, Arrays.stream(counts).boxed().toList());
    bars.put("stack", "pairs");
    bars.put("barCategoryGap", "10%");
    return bars;
  }
}
