package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.Digest;
import io.github.pleas.Version;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MergeCommandTest {
  private static final int CLASSES = 5;
  private static final int TEST_IMAGES = 8;

  @TempDir private static Path shared;
  private static Path dataA = Path.of("");
  private static Path dataB = Path.of("");

  @TempDir private Path folder;

  @BeforeAll
  static void images() throws IOException {
    dataA = Demo.folder(Demo.ZIP_A, shared.resolve("clothes"), 6, TEST_IMAGES);
    dataB = Demo.folder(Demo.ZIP_B, shared.resolve("shoes"), 6, TEST_IMAGES);
  }

  private Outcome merge(Path a, Path b, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", a, b));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("-o", folder.resolve("out.onnx"), "--quiet"));
    Outcome outcome = Outcome.of(arguments.toArray());
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    return outcome;
  }

  /** Both networks with the images of each. */
  private Outcome mergeBoth(Object... more) {
    List<Object> options = new ArrayList<>(List.of("--data", dataA, "--data", dataB));
    options.addAll(List.of("--labels", "separate"));
    options.addAll(List.of(more));
    return merge(Demo.A, Demo.B, options.toArray());
  }

  private Map<String, Object> json() throws IOException {
    return JSON.std.mapFrom(Files.readString(folder.resolve("out.json")));
  }

  @SuppressWarnings("unchecked") // a tree of maps and lists is what JSON is
  private static <T> T at(Object tree, Object... path) {
    Object at = tree;
    for (Object step : path) {
      Object next =
          step instanceof Integer i
              ? ((List<Object>) at).get(i)
              : ((Map<String, Object>) at).get(step);
      at = requireNonNull(next, () -> step + " of " + List.of(path));
    }
    return (T) at;
  }

  private Graph written() {
    return Demo.graph(folder.resolve("out.onnx"));
  }

  private static double rate(Outcome eval, String output) {
    Matcher found =
        Pattern.compile("(?m)^" + Pattern.quote(output) + ": ([0-9.]+) %").matcher(eval.out());
    assertThat(found.find()).as(eval.out() + eval.err()).isTrue();
    return Double.parseDouble(found.group(1));
  }

  @Test
  void aMergeOfSeparateLabelsWritesANetworkAndAReportThatAgreeWithEachOtherAndWithEval()
      throws IOException {
    Outcome merge =
        mergeBoth("--samples", 20, "--name-a", "clothes", "--name-b", "shoes", "--separate", "0.5");
    Graph graph = written();
    assertThat(graph.outputs())
        .extracting(ValueInfo::name)
        .containsExactly("logits_clothes", "logits_shoes");
    Map<String, Object> json = json();

    // the table's rows: accuracies, cost, MACs, parameters
    List<Object> rows = at(json, "accuracy");
    assertThat(rows)
        .extracting(row -> at(row, "network"))
        .containsExactly("a", "b", "ensemble", "merged");
    assertThat(merge.out()).contains("clothes", "shoes", "mean", "joint");
    for (Object row : rows) {
      Map<String, Object> domains = at(row, "domains");
      for (Object domain : domains.values()) {
        assertThat(MergeCommandTest.<Integer>at(domain, "images")).isEqualTo(CLASSES * TEST_IMAGES);
        double rate = at(domain, "rate");
        assertThat(merge.out()).contains(String.format(Locale.ROOT, "%.2f %%", 100 * rate));
      }
    }
    double joint = at(rows, 3, "joint", "rate");
    double mean = at(rows, 3, "mean");
    assertThat(merge.out())
        .contains(
            String.format(Locale.ROOT, "%.2f %%", 100 * joint),
            String.format(Locale.ROOT, "%.2f %%", 100 * mean));
    int parameters = at(json, "cost", "parameters");
    assertThat(merge.out()).contains(String.format(Locale.ROOT, "%,d", parameters));
    double relative = at(json, "cost", "relative");
    assertThat(merge.out()).contains(String.format(Locale.ROOT, "  %.2f  ", relative));

    // the file says the same as the report
    for (String name : List.of("clothes", "shoes")) {
      Outcome eval =
          Outcome.of(
              "eval",
              folder.resolve("out.onnx"),
              "--data",
              shared.resolve(name),
              "--output",
              "logits_" + name);
      double told = at(rows, 3, "domains", name, "rate");
      assertThat(rate(eval, "logits_" + name)).isEqualTo(100 * told, within(0.005));
    }
    assertThat(graph.metadata())
        .containsEntry("pleas.version", Version.current())
        .containsEntry("pleas.a", "resnet20w16-0to4.onnx")
        .containsEntry("pleas.a.sha256", Digest.sha256(Demo.A))
        .containsEntry("pleas.b.sha256", Digest.sha256(Demo.B))
        .containsEntry("pleas.labels", "separate")
        .containsKeys(
            "pleas.data.a.listing-sha256",
            "pleas.data.b.listing-sha256",
            "pleas.widths",
            "pleas.residuals");

    // half of 16 units stay separate: 16 + 8 of them; blocks leave out 2 * 8 * 8 of 24 * 24
    Map<String, Object> group = at(json, "groups", 1);
    assertThat(group)
        .containsEntry("units", 16)
        .containsEntry("width", 24)
        .containsEntry("separate_pairs", 8);
    assertThat(MergeCommandTest.<List<Object>>at(group, "scores")).hasSize(16);
    assertThat(MergeCommandTest.<List<Integer>>at(group, "partners"))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 16).boxed().toList());
    int macs = at(json, "cost", "macs_dense");
    int blocks = at(json, "cost", "macs_blocks");
    int macsA = at(json, "cost", "macs_a");
    // first and last layers have one side only, hence a little under 1.5 * 1.5
    assertThat((double) macs / macsA).isBetween(2.2, 2.25);
    assertThat((double) blocks / macsA).isBetween(1.72, 1.76);
    int written = at(json, "cost", "macs");
    assertThat(written).isBetween(blocks, macs);
    assertThat(MergeCommandTest.<Integer>at(json, "output", "macs_counted")).isEqualTo(written);
    List<Object> layers = at(json, "layers");
    assertThat(layers).hasSize(23); // 21 convolutions and two heads
    assertThat(layers)
        .allSatisfy(
            layer ->
                assertThat(MergeCommandTest.<Double>at(layer, "residual")).isBetween(0.0, 1.0));
    Map<String, Double> seconds = at(json, "seconds");
    assertThat(seconds)
        .containsKeys(
            "read", "images", "analyse", "activations", "match", "fit", "accuracy", "write");
    double total = at(json, "total_seconds");
    assertThat(seconds.values().stream().mapToDouble(d -> d).sum()).isEqualTo(total, within(1e-9));
    long heap = MergeCommandTest.<Number>at(json, "peak_heap_bytes").longValue();
    assertThat(heap).isPositive();
    if (Files.exists(Path.of("/proc/self/status"))) {
      assertThat(MergeCommandTest.<Number>at(json, "peak_process_bytes").longValue())
          .isGreaterThan(100_000_000);
    }
    Map<String, String> versions = at(json, "versions");
    assertThat(versions).containsEntry("pleas", Version.current());
    assertThat(versions).containsOnlyKeys("pleas", "java", "onnxruntime", "openblas");
    assertThat(versions.values()).allMatch(version -> version.matches("\\d+\\..+"));
    assertThat(MergeCommandTest.<String>at(json, "inputs", "b", "sha256"))
        .isEqualTo(Digest.sha256(Demo.B));
    assertThat(MergeCommandTest.<String>at(json, "output", "sha256"))
        .isEqualTo(Digest.sha256(folder.resolve("out.onnx")));
    assertThat(MergeCommandTest.<Integer>at(json, "output", "bytes"))
        .isEqualTo((int) Files.size(folder.resolve("out.onnx")));
    assertThat(MergeCommandTest.<List<Object>>at(json, "options", "calibration_images"))
        .containsExactly(20, 20);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files)
          .extracting(f -> f.getFileName().toString())
          .containsExactlyInAnyOrder("out.onnx", "out.json", "out.html");
    }
  }

  @Test
  void mergedWithAPermutedCopyOfItselfANetworkKeepsItsOutputAndItsAccuracy() throws IOException {
    Path copy = folder.resolve("copy.onnx");
    assertThat(Outcome.of("permute", Demo.A, "--seed", 3, "-o", copy).code()).isZero();
    merge(Demo.A, copy, "--data", dataA, "--labels", "shared", "--samples", 30);
    assertThat(written().outputs()).extracting(ValueInfo::name).containsExactly("logits");
    List<Object> rows = at(json(), "accuracy");
    double original = at(rows, 0, "domains", "clothes", "rate");
    double merged = at(rows, rows.size() - 1, "domains", "clothes", "rate");
    assertThat(merged).isEqualTo(original, within(1e-9));
    Outcome eval = Outcome.of("eval", folder.resolve("out.onnx"), "--data", dataA);
    assertThat(rate(eval, "logits")).isEqualTo(100 * original, within(0.005));
  }

  @Test
  void keepingEverythingSeparateGivesBothOriginalsBack() throws IOException {
    Outcome merge = mergeBoth("--samples", 20, "--separate", 1, "--heads", "original");
    List<Object> rows = at(json(), "accuracy");
    for (String domain : List.of("clothes", "shoes")) {
      double ensemble = at(rows, 2, "domains", domain, "rate");
      double merged = at(rows, 3, "domains", domain, "rate");
      assertThat(merged).isEqualTo(ensemble, within(1e-9));
    }
    assertThat(MergeCommandTest.<Double>at(json(), "cost", "relative_blocks"))
        .isEqualTo(2, within(0.02));
    assertThat(MergeCommandTest.<Double>at(json(), "cost", "relative")).isEqualTo(2, within(0.02));
    assertThat(merge.out())
        .contains("separate fraction 1; 20 of 20 layers", ", 2.00 all in blocks)");
  }

  @Test
  void theLayoutThatIsAskedForIsWritten() throws IOException {
    for (String layout : List.of("dense", "blocks")) {
      merge(
          Demo.A,
          Demo.B,
          "--data",
          dataA,
          "--labels",
          "separate",
          "--samples",
          10,
          "--separate",
          0.5,
          "--fit",
          "none",
          "--no-accuracy",
          "--layout",
          layout);
      Map<String, Object> json = json();
      int planned = at(json, "cost", "macs_" + layout);
      assertThat(MergeCommandTest.<Integer>at(json, "cost", "macs")).isEqualTo(planned);
      assertThat(MergeCommandTest.<Integer>at(json, "output", "macs_counted")).isEqualTo(planned);
      List<Map<String, Object>> layers = at(json, "layers");
      assertThat(layers)
          .filteredOn(layer -> !Objects.equals(layer.get("macs_dense"), layer.get("macs_blocks")))
          .hasSize(20)
          .allSatisfy(layer -> assertThat(layer).containsEntry("layout", layout));
      assertThat(layers)
          .filteredOn(layer -> Objects.equals(layer.get("layout"), "dense"))
          .allSatisfy(layer -> assertThat(layer).containsKey("dense_because"));
    }
  }

  @Test
  void aBudgetIsKeptAndTold() throws IOException {
    Outcome merge =
        mergeBoth(
            "--samples",
            20,
            "--budget",
            1.4,
            "--width-multiple",
            4,
            "--merge",
            "layers.0",
            "--no-accuracy");
    Map<String, Object> json = json();
    int original = Demo.macs(Demo.A);
    int counted = at(json, "output", "macs_counted");
    assertThat(counted).isBetween((int) (1.3 * original), (int) (1.4 * original));
    assertThat(MergeCommandTest.<Integer>at(json, "size", "planned")).isEqualTo(counted);
    assertThat(MergeCommandTest.<Integer>at(json, "size", "limit"))
        .isEqualTo((int) Math.floor(1.4 * original));
    assertThat(MergeCommandTest.<Double>at(json, "size", "budget")).isEqualTo(1.4);
    assertThat(MergeCommandTest.<List<String>>at(json, "options", "merge"))
        .containsExactly("layers.0");
    List<Map<String, Object>> groups = at(json, "groups");
    assertThat(groups)
        .allSatisfy(group -> assertThat(MergeCommandTest.<Integer>at(group, "width") % 4).isZero());
    assertThat(written().metadata())
        .containsEntry("pleas.budget", "1.400")
        .containsEntry("pleas.allocation", "predicted");
    assertThat(merge.out()).contains("budget 1.4 in macs, predicted allocation (planned 1.3");
  }

  /** Forked behind the trunk's last sum, with all units separate: each tail is its original. */
  @Test
  void behindAForkEachNetworkIsItself() throws IOException {
    String fork =
        Demo.graph(Demo.A).nodes().stream()
            .filter(node -> node.is("Relu"))
            .reduce((first, second) -> second)
            .orElseThrow()
            .name();
    Outcome merge =
        mergeBoth("--samples", 10, "--separate", 1, "--fork-at", fork, "--heads", "original");
    assertThat(written().outputs())
        .extracting(ValueInfo::name)
        .containsExactly("logits_a", "logits_b");
    assertThat(written().metadata()).containsEntry("pleas.fork-at", fork);
    assertThat(merge.out()).contains("two tails behind '" + fork + "'");
    Map<String, Object> json = json();
    assertThat(MergeCommandTest.<String>at(json, "options", "fork_at")).isEqualTo(fork);
    List<Object> rows = at(json, "accuracy");
    for (String domain : List.of("clothes", "shoes")) {
      double ensemble = at(rows, 2, "domains", domain, "rate");
      double merged = at(rows, 3, "domains", domain, "rate");
      assertThat(merged).isEqualTo(ensemble, within(1e-9));
    }
  }

  @Test
  void withoutLabelsOnlyTheAccuraciesAreMissing() throws IOException {
    Path images = Demo.flat(Demo.ZIP_A, folder.resolve("pile"), 20);
    Outcome merge = merge(Demo.A, Demo.B, "--data", images, "--labels", "separate");
    assertThat(merge.out())
        .contains("merged", "agreement (calibration)", "cost", "MMACs", "parameters")
        .doesNotContain("  joint");
    assertThat(written().outputs())
        .extracting(ValueInfo::name)
        .containsExactly("logits_a", "logits_b");
    Map<String, Object> json = json();
    assertThat(MergeCommandTest.<List<Object>>at(json, "accuracy")).isEmpty();
    assertThat(MergeCommandTest.<List<Object>>at(json, "options", "calibration_images")).hasSize(1);
  }

  @Test
  void imagesOfOtherClassesServeWhenAccuracyIsNotAskedFor() {
    Path copy = folder.resolve("copy.onnx");
    Outcome.of("permute", Demo.A, "-o", copy);
    Outcome refused =
        Outcome.of(
            "merge",
            Demo.A,
            copy,
            "--data",
            dataB,
            "--labels",
            "separate",
            "-o",
            folder.resolve("none.onnx"));
    assertThat(refused.code()).as(refused.err()).isEqualTo(2);
    assertThat(refused.complaints())
        .singleElement()
        .asString()
        .contains("has 5 classes", "10", "--no-accuracy");
    assertThat(folder.resolve("none.onnx")).doesNotExist();
    merge(Demo.A, copy, "--data", dataB, "--labels", "separate", "--samples", 10, "--no-accuracy");
  }

  @Test
  void aZipAndAFolderOfTheSameImagesGiveTheSameNetwork() throws IOException {
    Path zip = Archives.zip(dataA, folder.resolve("a.zip"));
    Path copy = folder.resolve("copy.onnx");
    Outcome.of("permute", Demo.A, "-o", copy);
    merge(Demo.A, copy, "--data", dataA, "--labels", "shared", "--samples", 10);
    Graph fromFolder = written();
    merge(Demo.A, copy, "--data", zip, "--labels", "shared", "--samples", 10);
    assertThat(written().initializers()).isEqualTo(fromFolder.initializers());
    assertThat(written().metadata().get("pleas.data")).isEqualTo("a.zip (train)");
  }

  @Test
  void arraysServeAsImages() throws IOException {
    Path npz = Archives.npz(folder.resolve("a.npz"), 28, CLASSES, 30);
    merge(Demo.A, Demo.A, "--data", npz, "--labels", "shared");
    assertThat(MergeCommandTest.<List<Object>>at(json(), "accuracy")).isNotEmpty();
    Outcome eval = Outcome.of("eval", folder.resolve("out.onnx"), "--data", npz);
    assertThat(eval.out()).contains("30 images of a.npz");
  }

  @Test
  void setsOfTheSameNameAreToldApart() throws IOException {
    Path first = Demo.folder(Demo.ZIP_A, folder.resolve("one/images"), 3, 4);
    Path second = Demo.folder(Demo.ZIP_B, folder.resolve("two/images"), 3, 4);
    Outcome merge =
        merge(Demo.A, Demo.B, "--data", first, "--data", second, "--labels", "separate");
    List<Object> rows = at(json(), "accuracy");
    assertThat(MergeCommandTest.<Map<String, Object>>at(rows, 3, "domains"))
        .containsOnlyKeys("images (A)", "images (B)");
    assertThat(merge.out()).contains("images (A)  images (B)");
  }

  @Test
  void whatCannotBeReadIsNamedAndLeftOut() throws IOException {
    Path data = Demo.folder(Demo.ZIP_A, folder.resolve("some"), 4, 4);
    Files.writeString(data.resolve("train/00/broken.png"), "no image");
    Files.writeString(data.resolve("test/01/hurt.png"), "no image either");
    Outcome merge = merge(Demo.A, Demo.A, "--data", data, "--labels", "shared");
    assertThat(merge.out()).contains("Note: one image was left out", "broken.png", "hurt.png");
    assertThat(MergeCommandTest.<List<Object>>at(json(), "skipped_images")).hasSize(2);
    assertThat(MergeCommandTest.<Integer>at(json(), "accuracy", 0, "domains", "some", "images"))
        .isEqualTo(4 * CLASSES);
  }

  @Test
  void labelsOnOneSideOnlyAreNoAccuracyAndSaidToBeSo() throws IOException {
    Path pile = Demo.flat(Demo.ZIP_B, folder.resolve("pile"), 10);
    Outcome merge = merge(Demo.A, Demo.B, "--data", dataA, "--data", pile, "--labels", "separate");
    assertThat(merge.out()).contains("Note: no accuracy was measured: pile has no labels");
  }

  @ParameterizedTest
  @CsvSource({"none,weights", "published,activations"})
  void everyFitReportsNumbersThatAreNumbers(String fit, String match) throws IOException {
    mergeBoth("--samples", 10, "--fit", fit, "--match", match);
    assertThat(Files.readString(folder.resolve("out.json"))).doesNotContain("NaN", "Infinity");
    assertThat(MergeCommandTest.<String>at(json(), "options", "fit")).isEqualTo(fit);
    assertThat(MergeCommandTest.<String>at(json(), "options", "match")).isEqualTo(match);
  }

  @ParameterizedTest
  @CsvSource({
    "average,none,none,original",
    "git-rebasin,weights,none,original",
    "regmean,none,regmean,original",
    "zipit,zip,none,original",
    "permute,activations,none,original",
    "pleas-published,activations,published,original",
    "pleas,activations,progressive,joint"
  })
  void aMethodIsItsParts(String method, String match, String fit, String heads) throws IOException {
    mergeBoth("--samples", 10, "--no-accuracy", "--method", method);
    assertThat(Files.readString(folder.resolve("out.json"))).doesNotContain("NaN", "Infinity");
    Map<String, Object> options = at(json(), "options");
    assertThat(options)
        .containsEntry("method", method)
        .containsEntry("match", match)
        .containsEntry("fit", fit)
        .containsEntry("heads", heads);
    Map<String, Object> group = at(json(), "groups", 0);
    assertThat(group).containsKey(method.equals("zipit") ? "zipped" : "partners");
  }

  @Test
  void unitsAreZippedByTheMethodOrByItsParts() throws IOException {
    mergeBoth("--samples", 10, "--no-accuracy", "--match", "zip", "--fit", "none", "--budget", 1.5);
    assertThat(MergeCommandTest.<String>at(json(), "options", "allocation")).isEqualTo("stages");
    assertThat(refused("--match", "zip").err()).contains("give --method zipit or --fit none");
  }

  @Test
  void thePublishedObjectiveIsMinimisedAsAsked() throws IOException {
    String[] asked = {"--method", "pleas-published", "--targets", "mixed"};
    mergeBoth("--samples", 10, "--no-accuracy", asked[0], asked[1], asked[2], asked[3]);
    assertThat(MergeCommandTest.<String>at(json(), "options", "targets")).isEqualTo("mixed");
    double closed = at(json(), "layers", 3, "residual");
    mergeBoth(
        "--samples",
        10,
        "--no-accuracy",
        asked[0],
        asked[1],
        asked[2],
        asked[3],
        "--solver",
        "adam",
        "--steps",
        3);
    assertThat(MergeCommandTest.<Integer>at(json(), "options", "adam_steps")).isEqualTo(3);
    assertThat(MergeCommandTest.<Double>at(json(), "layers", 3, "residual")).isGreaterThan(closed);
  }

  @ParameterizedTest
  @CsvSource({
    "--zip-alpha,0.3,say how units are zipped",
    "--targets,mixed,give --fit published",
    "--solver,adam,give --fit published",
    "--steps,5,give --solver adam"
  })
  void whatOnlyOneMethodKnowsIsRefusedElsewhere(String option, String value, String message) {
    Outcome outcome = refused(option, value);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains(message);
  }

  private Outcome refused(Object... options) {
    List<Object> all =
        new ArrayList<>(
            List.of(
                "merge",
                Demo.A,
                Demo.B,
                "--data",
                dataA,
                "--labels",
                "separate",
                "-o",
                folder.resolve("out.onnx")));
    all.addAll(List.of(options));
    return Outcome.of(all.toArray());
  }

  @Test
  void probesAreTrainedOnTheFeaturesOfAll() throws IOException {
    Outcome merge = mergeBoth("--samples", 20, "--probe", "ridge");
    assertThat(merge.out()).contains("Linear probe by ridge on the merged network's features: ");
    List<Object> probes = at(json(), "probes");
    assertThat(probes).hasSize(2);
    for (Object probe : probes) {
      double merged = at(probe, "merged", "rate");
      assertThat(merged).isGreaterThan(1.0 / CLASSES);
    }
    Outcome one = refused("--probe", "adam", "--no-accuracy");
    assertThat(one.err()).contains("--probe: needs what --no-accuracy leaves out");
    Outcome single =
        Outcome.of(
            "merge",
            Demo.A,
            Demo.B,
            "--data",
            dataA,
            "--labels",
            "shared",
            "--probe",
            "adam",
            "-o",
            folder.resolve("out.onnx"));
    assertThat(single.code()).isEqualTo(2);
    assertThat(single.err()).contains("give --data twice");
  }

  @Test
  void fewImagesAreWarnedOf() throws IOException {
    Path data = Demo.folder(Demo.ZIP_A, folder.resolve("few"), 1, 1);
    Outcome merge = merge(Demo.A, Demo.A, "--data", data, "--labels", "shared", "--samples", 2);
    assertThat(merge.out()).contains("Note: ", "fewer samples than unknowns on 2 images");
    assertThat(MergeCommandTest.<List<Object>>at(json(), "warnings")).isNotEmpty();
  }

  @Test
  void theSameSeedGivesTheSameFile() throws IOException {
    mergeBoth("--samples", 10);
    byte[] first = Files.readAllBytes(folder.resolve("out.onnx"));
    mergeBoth("--samples", 10);
    assertThat(Files.readAllBytes(folder.resolve("out.onnx"))).isEqualTo(first);
  }

  @Test
  void aBudgetIsSpreadByLeavingGroupsOut() throws IOException {
    Outcome merge =
        mergeBoth(
            "--samples",
            10,
            "--no-accuracy",
            "--merge",
            "/conv1/", // leaves two groups that may be separate
            "--budget",
            "1.1",
            "--allocation",
            "leave-one-out");
    assertThat(merge.out()).contains("budget 1.1 in macs, leave-one-out allocation (planned 1.");
    Map<String, Object> json = json();
    assertThat(MergeCommandTest.<String>at(json, "options", "allocation"))
        .isEqualTo("leave-one-out");
    assertThat(MergeCommandTest.<Double>at(json, "size", "relative_planned")).isBetween(1.0, 1.1);
    assertThat(MergeCommandTest.<Double>at(json, "size", "predicted_residual")).isBetween(0.0, 1.0);
    assertThat(written().metadata()).containsEntry("pleas.allocation", "leave-one-out");
    List<Map<String, Object>> groups = at(json, "groups");
    // Only those that may do either have an effect.
    assertThat(groups)
        .filteredOn(group -> MergeCommandTest.<Double>at(group, "effect") > 0)
        .hasSizeBetween(1, 2);
  }

  /** With everything separate and their own heads, the originals' answers come back. */
  @Test
  void agreementIsMeasuredWhetherOrNotThereAreLabels() throws IOException {
    Object[] exact = {"--samples", 10, "--separate", 1, "--heads", "original"};
    Outcome labelled = mergeBoth(exact);
    Map<String, Object> json = json();
    assertThat(labelled.out()).contains("joint").doesNotContain("agreement");
    assertThat(MergeCommandTest.<String>at(json, "agreement", "images")).isEqualTo("test");
    assertThat(MergeCommandTest.<Double>at(json, "agreement", "explained"))
        .isCloseTo(1, within(1e-6));
    assertThat(MergeCommandTest.<Integer>at(json, "agreement", "same_top", "images"))
        .isEqualTo(2 * CLASSES * TEST_IMAGES);
    assertThat(MergeCommandTest.<Double>at(json, "agreement", "same_top", "rate")).isEqualTo(1);

    Path unlabelled = Files.createDirectories(folder.resolve("plain"));
    try (Stream<Path> files = Files.walk(dataA)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".png")).limit(12).toList()) {
        Files.copy(file, unlabelled.resolve(file.toString().replaceAll("[/\\\\]", "-")));
      }
    }
    List<Object> options = new ArrayList<>(List.of("--data", unlabelled, "--labels", "separate"));
    options.addAll(List.of("--samples", 0, "--fit", "none"));
    Outcome without = merge(Demo.A, Demo.B, options.toArray());
    json = json();
    assertThat(without.out()).contains("agreement (calibration)").doesNotContain("  joint");
    assertThat(MergeCommandTest.<String>at(json, "agreement", "images")).isEqualTo("calibration");
    double explained = at(json, "agreement", "explained");
    assertThat(explained).isLessThan(1);
    double same = at(json, "agreement", "same_top", "rate");
    assertThat(without.out()).contains(String.format(Locale.ROOT, "%.2f %%", 100 * same));

    merge(Demo.A, Demo.B, Stream.concat(options.stream(), Stream.of("--no-accuracy")).toArray());
    assertThat(json()).doesNotContainKey("agreement");
  }

  /** A budget of one merges everything, whatever this machine's clock says. */
  @Test
  void aBudgetInTimeIsToldInMilliseconds() throws IOException {
    Outcome merge =
        mergeBoth(
            "--samples", 10, "--no-accuracy", "--budget", 1, "--cost", "latency", "--threads", 1);
    assertThat(merge.out())
        .contains("budget 1 in latency, predicted allocation (planned ")
        .containsPattern(
            "Milliseconds for an image \\(1 thread, batch 1\\): asked [0-9.]+, planned [0-9.]+, measured [0-9.]+ \\([0-9.]+ originals\\); A [0-9.]+, B [0-9.]+\\.");
    Map<String, Object> json = json();
    assertThat(MergeCommandTest.<String>at(json, "options", "cost")).isEqualTo("latency");
    // Other widths take longer than they save.
    assertThat(MergeCommandTest.<Integer>at(json, "options", "width_multiple")).isEqualTo(16);
    List<Map<String, Object>> groups = at(json, "groups");
    assertThat(groups).allSatisfy(group -> assertThat(group).containsEntry("separate_pairs", 0));
    Map<String, Object> latency = at(json, "latency");
    assertThat(latency).containsEntry("threads", 1).containsEntry("batch", 1);
    for (String number :
        List.of(
            "ms_a",
            "ms_b",
            "ms_asked",
            "ms_planned",
            "ms_measured",
            "relative_planned",
            "relative_measured")) {
      assertThat(MergeCommandTest.<Double>at(latency, number)).as(number).isPositive();
    }
    assertThat(MergeCommandTest.<Map<String, Object>>at(json, "seconds")).containsKey("measure");
    assertThat(MergeCommandTest.<String>at(json, "size", "layout")).isEqualTo("auto");
    assertThat(written().metadata()).containsEntry("pleas.cost", "latency");
  }

  @Test
  void widthsAreTheUsersWhereTheySaySo() throws IOException {
    mergeBoth("--samples", 10, "--no-accuracy", "--budget", 1.1, "--fit", "none");
    assertThat(MergeCommandTest.<Integer>at(json(), "options", "width_multiple")).isEqualTo(1);
    assertThat(json()).doesNotContainKey("latency");
    mergeBoth(
        "--samples",
        10,
        "--no-accuracy",
        "--budget",
        1,
        "--cost",
        "latency",
        "--width-multiple",
        8);
    assertThat(MergeCommandTest.<Integer>at(json(), "options", "width_multiple")).isEqualTo(8);
  }

  @Test
  void otherCostsAreRefusedWithThoseThatThereAre() {
    Outcome outcome =
        Outcome.of(
            "merge",
            Demo.A,
            Demo.B,
            "--data",
            dataA,
            "--labels",
            "separate",
            "--budget",
            1.5,
            "--cost",
            "seconds",
            "-o",
            folder.resolve("out.onnx"));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("expected macs or params or latency, found 'seconds'");
  }
}
