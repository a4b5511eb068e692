package io.github.pleas.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.Words;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.CostKind;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Normalization;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import io.github.pleas.eval.Evaluator;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MergeMethod;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MethodSettings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class ResultsTest {
  @TempDir private Path temp;

  private static Domain domain(String name) {
    DataLocation location = DataLocation.of(Path.of(name));
    return new Domain(name, location, location, 1);
  }

  private static NetworkFile network(String name, Domain domain) {
    return new NetworkFile(name, Path.of(name), domain, "", Optional.empty(), 1);
  }

  private static Method method(MergeMethod method) {
    return new Method(
        Words.of(method) + " <&_%>",
        MethodSettings.of(method),
        AllocationMethod.UNIFORM,
        Layout.BLOCKS);
  }

  /** Three networks, shared labels, all pairs. */
  private static Experiment experiment() {
    List<NetworkFile> networks =
        List.of("x", "y", "z").stream().map(name -> network(name, domain("on-" + name))).toList();
    return experiment(
        List.of(
            new Pair(networks.get(0), networks.get(1)),
            new Pair(networks.get(0), networks.get(2)),
            new Pair(networks.get(1), networks.get(2))),
        CostKind.MACS);
  }

  private static Experiment experiment(List<Pair> pairs, CostKind cost) {
    return new Experiment(
        "test",
        "",
        false,
        pairs,
        List.of(method(MergeMethod.PLEAS), method(MergeMethod.ZIPIT)),
        List.of(1.0, 1.5),
        cost,
        List.of(0L, 1L),
        10,
        0,
        Optional.empty(),
        List.of(),
        new InputOptions(Normalization.DEFAULT, 0, 0, Optional.empty()),
        List.of(Metric.MEAN));
  }

  private static CellResult.Measured measured(Pair pair, int correct, double seconds) {
    Map<String, Accuracy> merged = new LinkedHashMap<>();
    Map<String, Accuracy> original = new LinkedHashMap<>();
    for (Domain domain : pair.domains()) {
      merged.put(domain.name(), new Accuracy(correct, 1000));
      original.put(domain.name(), new Accuracy(900, 1000));
    }
    Evaluation.Row first = row(Subject.A, original);
    return new CellResult.Measured(
        new Evaluation(
            List.copyOf(merged.keySet()),
            List.of(1000, 1000),
            List.of(
                first,
                row(Subject.B, original),
                row(Subject.OWN, original),
                row(Subject.ENSEMBLE, original),
                row(Subject.MERGED, merged)),
            new Agreement.Measured(0.5, Optional.of(new Accuracy(1, 2)))),
        new MergeResult.Cost(100, 100, 150, 160, 150, 10, 10, 15),
        List.of("a note"),
        seconds);
  }

  private static Evaluation.Row row(Subject subject, Map<String, Accuracy> accuracy) {
    return new Evaluation.Row(subject, subject.name(), accuracy, Map.of(), Optional.empty());
  }

  private static Map<Cell, CellResult> results(Experiment experiment, double seconds) {
    Map<Cell, CellResult> results = new LinkedHashMap<>();
    int correct = 500;
    for (Cell cell : experiment.cells()) {
      boolean zipped = cell.method().settings().method() == MergeMethod.ZIPIT;
      results.put(
          cell,
          zipped && cell.budget() > 1
              ? new CellResult.Refused("no room, for 100 % & more")
              : measured(cell.pair(), correct += 10, seconds));
    }
    return results;
  }

  private static String file(Map<String, String> files, String name) {
    return Optional.ofNullable(files.get(name)).orElseThrow();
  }

  @Test
  void numbersAreMeansOverSeedsAndThenOverPairs() {
    Experiment experiment = experiment();
    Summary summary = new Summary(experiment, results(experiment, 1));
    Method method = experiment.methods().get(0);
    // Of a pair 510 and 540; the next begins 60 later.
    Scope single = new Scope("x", List.of(experiment.pairs().get(0)));
    Statistic one = summary.value(single, method, 1, Metric.MEAN).orElseThrow();
    assertThat(one.mean()).isCloseTo(0.525, within(1e-12));
    assertThat(one.spread().orElseThrow()).isCloseTo(0.03 / Math.sqrt(2), within(1e-12));
    Scope all = new Scope("all", experiment.pairs());
    Statistic three = summary.value(all, method, 1, Metric.MEAN).orElseThrow();
    assertThat(three.mean()).isCloseTo(0.585, within(1e-12));
    assertThat(three.spread().orElseThrow()).isCloseTo(0.06, within(1e-12));
    assertThat(three.count()).isEqualTo(3);
  }

  @Property
  void aStatisticIsThatOfItsNumbersInAnyOrder(
      @ForAll @Size(min = 2, max = 9) List<@DoubleRange(min = 0, max = 1) Double> values) {
    Statistic statistic = Statistic.of(values);
    Statistic sorted = Statistic.of(values.stream().sorted().toList());
    assertThat(statistic.mean()).isCloseTo(sorted.mean(), within(1e-12));
    double square = values.stream().mapToDouble(v -> v * v).sum();
    double n = values.size();
    double variance = (square - n * statistic.mean() * statistic.mean()) / (n - 1);
    assertThat(statistic.spread().orElseThrow())
        .isCloseTo(Math.sqrt(Math.max(0, variance)), within(1e-6));
  }

  @Test
  void tablesDoNotDependOnTheOrderOfWorkNorOnItsTime() {
    Experiment experiment = experiment();
    Map<Cell, CellResult> results = results(experiment, 1);
    Map<Cell, CellResult> reversed = new LinkedHashMap<>();
    List<Cell> cells = experiment.cells();
    Map<Cell, CellResult> slower = results(experiment, 99);
    for (int i = cells.size() - 1; i >= 0; i--) {
      reversed.put(cells.get(i), Optional.ofNullable(slower.get(cells.get(i))).orElseThrow());
    }
    assertThat(new Results(experiment, reversed).files())
        .isEqualTo(new Results(experiment, results).files());
  }

  @Test
  void whatIsRefusedOrMissingIsShown() {
    Experiment experiment = experiment();
    Map<Cell, CellResult> results = results(experiment, 1);
    results.remove(experiment.cells().get(0));
    Map<String, String> files = new Results(experiment, results).files();
    assertThat(file(files, "results.md"))
        .contains("refused [1]", "[1] no room, for 100 % & more", " (n = 5 of 6) ...")
        .contains("## Notes", "- a note (17 results)")
        .contains("## all 3 pairs", "## x + y", "## y + z");
    assertThat(file(files, "results.tex"))
        .contains("zipit <\\&\\_\\%>", "refused [1]", "[1] no room, for 100 \\% \\& more")
        .contains("$\\pm$");
    assertThat(file(files, "cells.csv"))
        .contains(",missing,", ",refused,\"no room, for 100 % & more\"");
  }

  @Test
  void curvesAreWellFormedAndHaveALineForEachMethod() throws Exception {
    Experiment experiment = experiment();
    Map<String, String> files = new Results(experiment, results(experiment, 1)).files();
    assertThat(files.keySet()).filteredOn(name -> name.endsWith(".svg")).hasSize(4);
    var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    for (Map.Entry<String, String> file : files.entrySet()) {
      if (file.getKey().endsWith(".svg")) {
        var svg = builder.parse(new InputSource(new StringReader(file.getValue())));
        // The frame, and the two methods.
        assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(3);
        assertThat(file.getValue()).doesNotContain("NaN", "Infinity", "href");
      }
    }
  }

  @Test
  void aCellIsReadAsItWasWritten() {
    Experiment experiment = experiment();
    CellKey key = new CellKey(Map.of("a", "1"));
    for (CellResult result : results(experiment, 0.1).values()) {
      String text = CellJson.text("name", key, result);
      assertThat(CellJson.read(text, key)).hasValue(result);
      assertThat(CellJson.read(text, new CellKey(Map.of("a", "2")))).isEmpty();
      for (int cut = 0; cut < text.length() - 2; cut += 7) {
        assertThat(CellJson.read(text.substring(0, cut), key)).isEmpty();
      }
    }
  }

  private static Scope all(Experiment experiment) {
    return Scope.of(experiment).get(0);
  }

  @Test
  void theOrdersOfTwoDomainsAreAveragedBeforeOthers() {
    NetworkFile x = network("x", domain("on-x"));
    NetworkFile y = network("y", domain("on-y"));
    NetworkFile z = network("z", domain("on-z"));
    Experiment experiment =
        experiment(List.of(new Pair(x, y), new Pair(y, x), new Pair(x, z)), CostKind.MACS);
    Map<Cell, CellResult> results = new LinkedHashMap<>();
    for (Cell cell : experiment.cells()) {
      int at = experiment.pairs().indexOf(cell.pair());
      results.put(cell, measured(cell.pair(), new int[] {100, 300, 600}[at], 1));
    }
    Statistic value =
        new Summary(experiment, results)
            .value(all(experiment), experiment.methods().get(0), 1, Metric.MEAN)
            .orElseThrow();
    // The mean of 0.2 and 0.6.
    assertThat(value.mean()).isCloseTo(0.4, within(1e-12));
    assertThat(value.spread().orElseThrow()).isCloseTo(0.4 / Math.sqrt(2), within(1e-12));
    assertThat(value.count()).isEqualTo(2);
    assertThat(all(experiment).title()).isEqualTo("all 3 pairs (2 of domains)");
  }

  /** Zipping lacks the worst pair, and so seems better than it is. */
  @Test
  void meansOfDifferentPairsAreNotCompared() {
    Experiment experiment = experiment();
    Map<Cell, CellResult> results = new LinkedHashMap<>();
    for (Cell cell : experiment.cells()) {
      boolean first = cell.pair().equals(experiment.pairs().get(0));
      boolean zipped = cell.method().settings().method() == MergeMethod.ZIPIT;
      if (!zipped || !first) {
        results.put(cell, measured(cell.pair(), first ? 100 : zipped ? 500 : 450, 1));
      }
    }
    Summary summary = new Summary(experiment, results);
    Table table = Table.of(summary, all(experiment), Metric.MEAN);
    assertThat(table.rows().get(1).cells().get(0).text())
        .isEqualTo("50.00 ± 0.00 (n = 4 of 6) ...");
    assertThat(table.rows()).flatExtracting(Table.Row::cells).noneMatch(Table.Entry::best);
    Table single = Table.of(summary, Scope.of(experiment).get(2), Metric.MEAN);
    assertThat(single.rows().get(1).cells()).allMatch(Table.Entry::best);
    assertThat(single.rows().get(0).cells()).noneMatch(Table.Entry::best);
    String curve = new CurveChart(summary, all(experiment), Metric.MEAN).svg();
    assertThat(curve).contains("zipit &lt;&amp;_%&gt; (nothing measured)");
  }

  @Test
  void costsInParametersAreShownWhereBudgetsAreInThem() {
    Experiment macs = experiment();
    Experiment params = experiment(macs.pairs(), CostKind.PARAMS);
    CellResult.Measured one = measured(macs.pairs().get(0), 500, 1);
    CellResult other =
        new CellResult.Measured(
            one.evaluation(),
            new MergeResult.Cost(100, 100, 150, 160, 150, 10, 10, 17),
            List.of(),
            1);
    for (Experiment experiment : List.of(macs, params)) {
      Cell cell = experiment.cells().get(0);
      Map<String, String> files = new Results(experiment, Map.of(cell, other)).files();
      boolean own = experiment == params;
      assertThat(file(files, "results.md").contains("1.500 / 1.500 / 1.700")).isEqualTo(own);
      assertThat(file(files, "curves/02-x-y-mean.svg").contains(">parameters in originals<"))
          .isEqualTo(own);
      assertThat(file(files, "cells.csv")).contains(",1.50000,1.50000,1.60000,1.70000,150,17,");
    }
  }

  @Property
  void anAxisHasFewTicks(
      @ForAll @DoubleRange(min = -1e4, max = 1e4) double low,
      @ForAll @DoubleRange(min = 0, max = 1e4) double span) {
    CurveChart.Axis axis =
        CurveChart.Axis.of(
            DoubleStream.of(low, low + span), Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    assertThat(axis.ticks().size()).isBetween(2, 8);
    assertThat(axis.low()).isLessThanOrEqualTo(low + 1e-6 * axis.step());
    assertThat(axis.high()).isGreaterThanOrEqualTo(low + span - 0.021 * axis.step());
  }

  @Test
  void wantOfMemoryIsAFailureLikeOthers() {
    assertThat(Attempt.failure(() -> {})).isEmpty();
    assertThat(
            Attempt.failure(
                () -> {
                  throw new OutOfMemoryError("Java heap space");
                }))
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("out of memory (Java heap space)", "-Xmx"));
  }

  @Test
  void testImagesOfDomainsThatAreNotMeasuredAreLetGo() throws IOException {
    Preprocessing preprocessing = Preprocessing.plain(1, 1, 1);
    TestImages images = new TestImages(0, 1);
    List<Domain> domains = new ArrayList<>();
    for (String name : List.of("x", "y", "z")) {
      Path image = temp.resolve(name + "/test/some/1.png");
      Files.createDirectories(image.getParent());
      BufferedImage pixel = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
      ImageIO.write(pixel, "png", image.toFile());
      DataLocation location = DataLocation.of(temp.resolve(name));
      domains.add(new Domain(name, location, location, 1));
      images.of(domains.get(domains.size() - 1), preprocessing);
    }
    assertThat(images.size()).isEqualTo(3);
    Evaluator.Domain kept = images.of(domains.get(1), preprocessing);
    images.keepOnly(domains.subList(1, 2));
    assertThat(images.size()).isEqualTo(1);
    assertThat(images.of(domains.get(1), preprocessing)).isSameAs(kept);
  }
}
