package io.github.pleas.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MergeMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentReaderTest {
  private static final String GOOD =
      """
      labels: shared
      folders: {nets: models}
      domains:
        photo: images/photo
        sketch: {data: 'domainnet:net/sketch', test: other}
        real: images/real
      networks:
        p18: {file: $nets/p18.onnx, domain: photo, group: resnet18}
        s18: {file: $nets/s18.onnx, domain: sketch, group: resnet18}
        r18: {file: $nets/r18.onnx, domain: real, group: resnet18}
        p50: {file: $nets/p50.onnx, domain: photo, group: resnet50}
        s50: {file: $nets/s50.onnx, domain: sketch, group: resnet50}
      evaluate: all
      methods:
        pleas:
        zipit: {zip-alpha: 0.1}
        mine: {method: pleas-published, solver: adam, steps: 10, layout: dense}
      allocation: uniform
      layout: blocks
      budgets: [1.55, 1]
      seeds: [0, 7]
      """;

  @TempDir private Path temp;

  @BeforeEach
  void models() throws IOException {
    Files.createDirectories(temp.resolve("models"));
    for (String name : List.of("p18", "s18", "r18", "p50", "s50")) {
      Files.writeString(temp.resolve("models/" + name + ".onnx"), name);
    }
    for (String images : List.of("images/photo", "images/real", "other")) {
      Files.createDirectories(temp.resolve(images));
    }
    lists("net");
  }

  /** A domain of DomainNet with an image for each split. */
  private void lists(String folder) throws IOException {
    Files.createDirectories(temp.resolve(folder).resolve("sketch/cat"));
    Files.writeString(temp.resolve(folder).resolve("sketch/cat/a.jpg"), "");
    for (String split : List.of("train", "test")) {
      Files.writeString(
          temp.resolve(folder).resolve("sketch_" + split + ".txt"), "sketch/cat/a.jpg 0");
    }
  }

  private Experiment read(String text) throws IOException {
    return ExperimentReader.read(Files.writeString(temp.resolve("x.yaml"), text), Map.of());
  }

  private void refused(String text, String... said) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InvalidInputException.class)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage())).contains(said));
  }

  @Test
  void allPairsAreThoseWithinAGroup() throws IOException {
    Experiment experiment = read(GOOD);
    assertThat(experiment.pairs())
        .extracting(Pair::name)
        .containsExactly("p18 + s18", "p18 + r18", "s18 + r18", "p50 + s50");
    assertThat(read(GOOD + "both-orders: true\n").pairs())
        .extracting(Pair::name)
        .startsWith("p18 + s18", "s18 + p18", "p18 + r18")
        .hasSize(8);
    assertThat(read(GOOD + "pairs: [[r18, p18]]\n").pairs())
        .extracting(Pair::name)
        .containsExactly("r18 + p18");
  }

  @Test
  void aPairIsMeasuredOnItsOwnDomainsFirst() throws IOException {
    Experiment experiment = read(GOOD);
    assertThat(experiment.measured(experiment.pairs().get(2)))
        .extracting(Domain::name)
        .containsExactly("sketch", "real", "photo");
    assertThat(experiment.metrics()).containsExactly(Metric.MEAN, Metric.ALL);
  }

  @Test
  void cellsGoThroughPairsSeedsMethodsAndBudgets() throws IOException {
    List<Cell> cells = read(GOOD).cells();
    assertThat(cells).hasSize(4 * 2 * 3 * 2).doesNotHaveDuplicates();
    assertThat(cells)
        .extracting(Cell::name)
        .startsWith(
            "p18 + s18, pleas, budget 1.0, seed 0",
            "p18 + s18, pleas, budget 1.55, seed 0",
            "p18 + s18, zipit, budget 1.0, seed 0");
  }

  @Test
  void methodsHaveTheirSettingsOrThoseOfAll() throws IOException {
    List<Method> methods = read(GOOD).methods();
    assertThat(methods).extracting(Method::name).containsExactly("pleas", "zipit", "mine");
    assertThat(methods)
        .extracting(Method::allocation)
        .containsExactly(
            AllocationMethod.UNIFORM, AllocationMethod.STAGES, AllocationMethod.UNIFORM);
    assertThat(methods)
        .extracting(Method::layout)
        .containsExactly(Layout.BLOCKS, Layout.BLOCKS, Layout.DENSE);
    assertThat(methods.get(2).settings().method()).isEqualTo(MergeMethod.PLEAS_PUBLISHED);
    assertThat(methods.get(2).settings().steps()).hasValue(10);
    String all = GOOD.replaceFirst("(?s)methods:.*?allocation", "methods: all\nallocation");
    assertThat(read(all).methods()).hasSize(MergeMethod.values().length);
    String two =
        GOOD.replaceFirst("(?s)methods:.*?allocation", "methods: [average, pleas]\nlayout");
    assertThat(read(two.replace("layout: uniform\nlayout", "layout")).methods())
        .extracting(Method::name)
        .containsExactly("average", "pleas");
  }

  @Test
  void pathsStartFromTheFileAndFoldersCanBeSet() throws IOException {
    Experiment experiment = read(GOOD);
    NetworkFile first = experiment.pairs().get(0).a();
    assertThat(first.file()).isEqualTo(temp.resolve("models/p18.onnx"));
    Domain sketch = experiment.pairs().get(0).b().domain();
    assertThat(sketch.data()).hasToString("domainnet:" + temp.resolve("net/sketch"));
    assertThat(sketch.test()).hasToString(temp.resolve("other").toString());
    Path moved = Files.move(temp.resolve("models"), temp.resolve("moved"));
    Experiment set = ExperimentReader.read(temp.resolve("x.yaml"), Map.of("nets", moved));
    assertThat(set.pairs().get(0).a().file()).isEqualTo(moved.resolve("p18.onnx"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "labels: shared | label: shared | the key 'labels' is missing",
        "labels: shared | labels: both | line 1, labels: expected one of shared, separate",
        "budgets: [1.55, 1] | budgets: [0.5] | budgets: expected 1 (the cost of one original)",
        "budgets: [1.55, 1] | budgets: [many] | budgets: expected numbers, found 'many'",
        "zip-alpha: 0.1 | zip-alfa: 0.1 | methods.zipit: there is no key 'zip-alfa'; keys near it are 'zip-alpha'",
        "zip-alpha: 0.1 | zip-alpha: 7 | zipping: expected alpha and beta from 0 to 1",
        "zip-alpha: 0.1 | stream: orthogonal | a rotation of the residual stream is found on activations",
        "zip-alpha: 0.1 | steps: 4 | steps: says how many steps Adam takes; give solver adam",
        "  pleas: | pleese: | there is no method 'pleese'; expected one of average",
        "domain: real, | domain: reel, | networks.r18.domain: there is no domain 'reel'; names near it are 'real'",
        "$nets/r18 | $net/r18 | begins with $net, which is not under folders; names near it are 'nets'",
        "$nets/r18 | $nets/q18 | networks.r18.file: there is no file",
        "photo: images/photo | photo: images/fotos | domains.photo: there is no ",
        "net/sketch | net/skitch | skitch_train.txt. The data set is not part of this program: get it",
        "evaluate: all | evaluate: [fotos] | evaluate: there is no domain 'fotos'",
        "evaluate: all | metrics: joint | metrics: 'joint' is not defined with shared labels",
        "evaluate: all | cost: latency | cost: expected macs or params",
        "evaluate: all | samples: -1 | samples: expected 0 (all) or more",
        "evaluate: all | pairs: [[p18]] | pairs: expected two networks",
        "evaluate: all | pairs: [[p18, q18]] | there is no network 'q18'; names near it are 'p18'",
        "evaluate: all | input-size: 224 | input-size: expected HEIGHTxWIDTH",
        "evaluate: all | std: 0 | line 13, std: expected positive numbers",
        "evaluate: all | mean: NaN | line 13, mean: expected numbers",
        "evaluate: all | resize: -1 | line 13, resize: expected pixels",
        "domain: real, | domain: photo, | pairs: there are several networks for the domain 'photo', of which 'r18'",
        "domain: real, | domain: real, base: x, | pairs: the network 'p18' has no base, where others of its group",
      })
  void whatIsWrongIsNamed(String text, String other, String said) {
    assertThat(GOOD).contains(text);
    refused(GOOD.replace(text, other), "x.yaml", said);
  }

  @Test
  void allProblemsAreToldAtOnce() {
    refused(
        GOOD.replace("labels: shared", "labels: both").replace("seeds: [0, 7]", "seed: 1"),
        "has 2 problems:",
        "line 1, labels",
        "'seed'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: [1 | line 1 is not YAML",
        "'' | is empty",
        "a: &x 1 | line 1: anchors and aliases",
        "a: !!java.net.URL x | tags (!) are not read",
        "a: 1\\na: 2 | line 2: the key 'a' is there already, in line 1",
        "a: 1\\n---\\nb: 2 | a second document begins",
        "[a]: 1 | a key must be a word",
        "just text | expected keys with values, found 'just text'",
      })
  void yamlIsTextsListsAndMapsOnly(String text, String said) {
    refused(text.replace("\\n", "\n"), said);
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 100_000})
  void depthIsBounded(int depth) {
    refused("a: " + "[".repeat(depth), "more than 12 levels");
  }

  @Test
  void sizeIsBounded() {
    refused("a: " + "x".repeat(1 << 20), "is larger than 1048576 bytes");
  }

  @Test
  void theExampleOfTheDocumentationIsRead() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "experiments.md"));
    String example = page.replaceFirst("(?s).*?```yaml\n(.*?)```.*", "$1");
    Files.createDirectories(temp.resolve("networks"));
    for (String name : List.of("photo-18.onnx", "sketch-18.pth", "photo-50.pth", "sketch-50.pth")) {
      Files.writeString(temp.resolve("networks").resolve(name), name);
    }
    for (String images : List.of("photo", "real", "real-test")) {
      Files.createDirectories(temp.resolve("data").resolve(images));
    }
    lists("data/domainnet");
    Experiment experiment = read(example.replace("data: /data", "data: data"));
    assertThat(experiment.pairs()).hasSize(2);
    assertThat(experiment.methods()).hasSize(5);
  }

  @Test
  void theExperimentsThatComeWithTheProgramLackNothingButFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "experiments"))) {
      List<Path> all = files.filter(file -> file.toString().endsWith(".yaml")).toList();
      assertThat(all).hasSizeGreaterThan(5);
      for (Path file : all) {
        try {
          assertThat(ExperimentReader.read(file, Map.of()).cells()).isNotEmpty();
        } catch (InvalidInputException e) {
          assertThat(String.valueOf(e.getMessage()).lines().skip(1))
              .as(file.toString())
              .isNotEmpty()
              .allMatch(
                  line ->
                      line.matches(".*(file: there is no file|: there is no /|there is no pair).*")
                          || line.strip().equals("..."));
        }
      }
    }
  }

  private static final String BASES =
      """
      labels: shared
      folders: {nets: models}
      domains: {photo: images/photo, real: images/real, other: other}
      networks:
        photo-a: {file: $nets/p18.onnx, domain: photo, base: a}
        photo-b: {file: $nets/s18.onnx, domain: photo, base: b}
        real-a: {file: $nets/r18.onnx, domain: real, base: a}
        real-b: {file: $nets/p50.onnx, domain: real, base: b}
      """;

  @Test
  void networksOfDifferentBasesAreMergedAndTheOtherOrderHasFourNetworks() throws IOException {
    assertThat(read(BASES).pairs()).extracting(Pair::name).containsExactly("photo-a + real-b");
    assertThat(read(BASES + "both-orders: true\n").pairs())
        .extracting(Pair::name)
        .containsExactly("photo-a + real-b", "photo-b + real-a");
    assertThat(read(BASES + "both-orders: true\npairs: [[real-a, photo-b]]\n").pairs())
        .extracting(Pair::name)
        .containsExactly("real-a + photo-b", "real-b + photo-a");
    String third = BASES + "  other-a: {file: $nets/s50.onnx, domain: other, base: a}\n";
    assertThat(read(third).pairs())
        .extracting(Pair::name)
        .containsExactly("photo-a + real-b", "photo-b + other-a", "real-b + other-a");
    refused(
        third + "both-orders: true\n",
        "both-orders needs a network for the domain 'other' from the base 'b' beside 'other-a'");
  }

  @Test
  void aPairThatIsNamedTwiceIsOne() throws IOException {
    assertThat(read(GOOD + "pairs: [[p18, s18], [p18, s18]]\n").pairs()).hasSize(1);
    assertThat(read(GOOD + "both-orders: true\npairs: [[p18, s18], [s18, p18]]\n").pairs())
        .hasSize(2);
  }

  @Test
  void theOrderOfDomainsDoesNotChangeWhatAPairIsMeasuredOn() throws IOException {
    String more = GOOD.replace("  real: images/real\n", "  real: images/real\n  art: other\n");
    String moved = GOOD.replace("domains:\n", "domains:\n  art: other\n");
    for (String text : List.of(more, moved)) {
      Experiment experiment = read(text);
      assertThat(experiment.measured(experiment.pairs().get(2)))
          .extracting(Domain::name)
          .containsExactly("sketch", "real", "art", "photo");
    }
  }
}
