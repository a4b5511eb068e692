package io.github.pleas.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.CostKind;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Normalization;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MergeMethod;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MethodSettings;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ResultsTest {
  private static Domain domain(String name) {
    DataLocation location = DataLocation.of(Path.of(name));
    return new Domain(name, location, location, 1);
  }

  private static NetworkFile network(String name, Domain domain) {
    return new NetworkFile(name, Path.of(name), domain, "", 1);
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
    return new Experiment(
        "test",
        "",
        false,
        List.of(
            new Pair(networks.get(0), networks.get(1)),
            new Pair(networks.get(0), networks.get(2)),
            new Pair(networks.get(1), networks.get(2))),
        List.of(method(MergeMethod.PLEAS), method(MergeMethod.ZIPIT)),
        List.of(1.0, 1.5),
        CostKind.MACS,
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
        .contains("refused [1]", "[1] no room, for 100 % & more", " ...")
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
}
