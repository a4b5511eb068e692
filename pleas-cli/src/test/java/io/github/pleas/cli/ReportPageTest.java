package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reports of a merge and of a sweep whose networks, classes and files have hostile names. */
class ReportPageTest {
  private static final String HOSTILE = "</script><script>alert(1)</script><!--\u202e";
  private static final String FILE = "<script>'\"&<img onerror=alert(2)>";

  @TempDir private static Path folder;
  private static Path page = Path.of("");
  private static Path json = Path.of("");
  private static Path sweep = Path.of("");
  private static String said = "";

  @BeforeAll
  static void merge() throws IOException {
    Path a = hostile(Demo.A, folder.resolve(FILE + ".onnx"));
    Path b = hostile(Demo.B, folder.resolve("b.onnx"));
    Path dataA = Demo.folder(Demo.ZIP_A, folder.resolve("clothes" + FILE), 3, 4);
    Path dataB = Demo.folder(Demo.ZIP_B, folder.resolve("shoes"), 3, 4);
    for (String split : List.of("train", "test")) {
      Files.move(dataA.resolve(split).resolve("00"), dataA.resolve(split).resolve(FILE));
    }
    List<Object> common =
        List.of(a, b, "--data", dataA, "--data", dataB, "--labels", "separate", "-q");
    Path out = folder.resolve("both" + FILE + ".onnx");
    List<Object> merge = new ArrayList<>(List.of("merge"));
    merge.addAll(common);
    merge.addAll(List.of("--budget", 1.3, "-o", out));
    Outcome merged = Outcome.of(merge.toArray());
    assertThat(merged.code()).as(merged.toString()).isZero();
    said = merged.out();
    page = Paths.beside(out, ".html");
    json = Paths.beside(out, ".json");
    List<Object> several = new ArrayList<>(List.of("sweep"));
    several.addAll(common);
    several.addAll(List.of("--budgets", "1,1.5", "--samples", 5, "-o", folder.resolve("sizes")));
    Outcome swept = Outcome.of(several.toArray());
    assertThat(swept.code()).as(swept.toString()).isZero();
    sweep = folder.resolve("sizes/sweep.html");
    assertThat(swept.out().lines().reduce((x, y) -> y)).hasValue("Report: " + sweep);
  }

  /** Every node under a name that would be a script if it were written as it is. */
  private static Path hostile(Path model, Path to) {
    Graph graph = Demo.graph(model);
    List<Node> nodes = graph.nodes().stream().map(n -> n.withName(n.name() + HOSTILE)).toList();
    return Demo.write(graph.withNodes(nodes), to);
  }

  private static Document parsed(Path file) throws IOException {
    return Jsoup.parse(Files.readString(file));
  }

  private static List<Path> pages() {
    return List.of(page, sweep);
  }

  @Test
  void theLastLineSaysWhereTheReportIs() {
    assertThat(said.lines().reduce((x, y) -> y)).hasValue("Report: " + page);
  }

  @Test
  void namesAreTextsAndNothingElse() throws IOException {
    for (Path file : pages()) {
      Document document = parsed(file);
      assertThat(document.getElementsByTag("script")).hasSize(3);
      assertThat(document.getElementsByTag("script").eachAttr("src")).isEmpty();
      assertThat(document.select("img, iframe, object, embed, link, form, base, svg")).isEmpty();
      for (Element element : document.getAllElements()) {
        for (Attribute attribute : element.attributes()) {
          assertThat(attribute.getKey()).doesNotStartWith("on");
        }
      }
      assertThat(document.select("a").eachAttr("href")).allMatch(href -> href.startsWith("#"));
      // what was refused as an element is there as a text, without what turns its direction
      assertThat(document.body().text()).contains("<script>alert(1)</script><!--\ufffd");
      assertThat(document.body().text()).contains(FILE);
      assertThat(Files.readString(file)).doesNotContain("\u202e", "{{");
    }
    assertThat(parsed(page).title()).isEqualTo("both" + FILE + ".onnx");
  }

  @Test
  void nothingIsAskedForFromElsewhere() throws IOException {
    for (Path file : pages()) {
      Document document = parsed(file);
      String policy = document.select("meta[http-equiv=Content-Security-Policy]").attr("content");
      assertThat(policy).startsWith("default-src 'none';").doesNotContain("http", "*");
      assertThat(document.getElementsByTag("style").html()).doesNotContain("@import", "url(");
      assertThat(Files.size(file)).isLessThan(1_500_000);
    }
  }

  @Test
  void everyChartHasItsPlaceAndItsTable() throws IOException {
    for (Path file : pages()) {
      Document document = parsed(file);
      Set<String> places = new HashSet<>(document.select(".chart").eachAttr("id"));
      Set<String> drawn = new HashSet<>();
      for (Object chart : charts(document)) {
        Map<?, ?> fields = (Map<?, ?>) chart;
        drawn.add((String) fields.get("id"));
        assertThat((List<?>) ((Map<?, ?>) requireNonNull(fields.get("option"))).get("series"))
            .isNotEmpty();
      }
      assertThat(drawn).isEqualTo(places);
      assertThat(drawn.size()).isGreaterThanOrEqualTo(5);
      for (Element figure : document.getElementsByTag("figure")) {
        assertThat(figure.select("details table tbody tr")).as(figure.id()).isNotEmpty();
      }
      Set<String> ids = new HashSet<>(document.select("[id]").eachAttr("id"));
      assertThat(ids).hasSameSizeAs(document.select("[id]"));
      for (String href : document.select("nav a").eachAttr("href")) {
        assertThat(ids).contains(href.substring(1));
      }
    }
  }

  @Test
  void whatAccuracyCostsIsExplainedByTheMarksThatAreDrawn() throws IOException {
    for (Path file : pages()) {
      Document document = parsed(file);
      assertThat(document.select("figure#cost-chart").text())
          .contains(
              "Circles: each head on its own classes, mean of both; diamonds: among the classes of both. Lines");
      Map<?, ?> chart =
          charts(document).stream()
              .map(each -> (Map<?, ?>) each)
              .filter(each -> "chart-cost-chart".equals(each.get("id")))
              .findFirst()
              .orElseThrow();
      assertThat(String.valueOf(chart)).contains("symbol=circle", "symbol=diamond");
    }
  }

  private static List<?> charts(Document document) throws IOException {
    return JSON.std.listFrom(requireNonNull(document.getElementById("charts")).data());
  }

  @Test
  void thePageHasTheNumbersOfTheJsonFile() throws IOException {
    Map<String, Object> numbers = JSON.std.mapFrom(Files.readString(json));
    Document document = parsed(page);
    List<String> residuals = document.select("#residual-chart details tbody tr").eachText();
    List<?> layers = (List<?>) requireNonNull(numbers.get("layers"));
    assertThat(residuals).hasSameSizeAs(layers);
    for (int i = 0; i < layers.size(); i++) {
      Object residual = requireNonNull(((Map<?, ?>) layers.get(i)).get("residual"));
      assertThat(residuals.get(i)).contains(Outcomes.digits((Double) residual, 4));
    }
    String accuracy = document.select("#accuracy > .wide tr.strong").text();
    for (Object row : (List<?>) requireNonNull(numbers.get("accuracy"))) {
      Map<?, ?> fields = (Map<?, ?>) row;
      if ("merged".equals(fields.get("network"))) {
        Map<?, ?> joint = (Map<?, ?>) requireNonNull(fields.get("joint"));
        for (String key : List.of("rate", "low_95", "high_95")) {
          Double share = (Double) requireNonNull(joint.get(key));
          assertThat(accuracy).contains(Outcomes.digits(100 * share, 2));
        }
      }
    }
    // each image is in one cell of the matrix
    int images =
        document.select("table.matrix tbody td").eachText().stream()
            .filter(cell -> !cell.isEmpty())
            .mapToInt(Integer::parseInt)
            .sum();
    assertThat(images).isEqualTo(2 * 5 * 4);
    Map<?, ?> output = (Map<?, ?>) requireNonNull(numbers.get("output"));
    assertThat(document.select("#sources").text())
        .contains((String) output.get("sha256"), "--budget 1.3");
  }

  @ParameterizedTest
  @CsvSource({"390,844,1", "1280,800,1", "1920,1080,0"})
  void aBrowserDrawsEveryChartAndComplainsOfNothing(int width, int height, int scheme)
      throws IOException, InterruptedException {
    Optional<Browser> browser = Browser.find(folder);
    assumeTrue(browser.isPresent(), "there is no Chromium on this machine");
    for (Path file : pages()) {
      // the name of a file of the test is no part of an address that a browser would be given
      Path plain =
          Files.copy(
              file,
              Files.createTempFile(folder, "page", ".html")
                  .resolveSibling("opened-" + width + "-" + pages().indexOf(file) + ".html"));
      Browser.Opened opened =
          browser
              .get()
              .open(plain, width, height, "--blink-settings=preferredColorScheme=" + scheme);
      assertThat(opened.console()).isEmpty();
      Document document = Jsoup.parse(opened.dom());
      int charts = document.select(".chart").size();
      assertThat(document.select("html").attr("data-charts")).isEqualTo("" + charts);
      for (Element chart : document.select(".chart")) {
        assertThat(chart.select("svg path, svg rect, svg polyline")).as(chart.id()).isNotEmpty();
      }
      assertThat(document.select("script")).hasSize(3);
    }
  }
}
