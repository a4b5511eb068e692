package io.github.pleas.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.api.NetworkMerge;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.Split;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.OrtRuntime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command is that of one machine, with its options, files and refusals. */
class MainTest {
  @TempDir private Path folder = Path.of("");
  private Path a = folder;
  private Path b = folder;
  private Path images = folder;

  @BeforeEach
  void files() throws IOException {
    a = TinyNetwork.write(folder.resolve("a.onnx"), 1);
    b = TinyNetwork.write(folder.resolve("b.onnx"), 2);
    images = ImageFolder.write(folder.resolve("images"), 150, 3);
  }

  private String[] merge(String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("merge", a.toString(), b.toString(), "--labels", "shared", "--threads", "1"));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  /** What went to standard error, and the exit code. */
  private record Outcome(int code, String err) {}

  private static Outcome run(SparkConf settings, String... args) {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return new Outcome(Main.run(settings, args), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  @Test
  void theCommandWritesTheNetworkOfOneMachineAndItsReport() throws IOException {
    Path out = folder.resolve("both.onnx");
    SparkConf settings = LocalCluster.settings(1).set("spark.pleas.parts", "2");
    Outcome outcome =
        run(settings, merge("--data", images.toUri().toString(), "-o", out.toString()));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(Files.readString(folder.resolve("both.json")))
        .contains("\"calibration_images\"")
        .contains("nothing was measured");
    assertThat(folder.resolve("both.html")).isRegularFile();
    Path expected = folder.resolve("expected.onnx");
    NetworkMerge.builder(a, b).data(images).sharedLabels().threads(1).build().run().write(expected);
    assertSame(expected, out);
  }

  private static void assertSame(Path expected, Path out) {
    NetworkReader reader = new NetworkReader(new OrtRuntime(1), Optional.empty());
    float[] found = weights(reader, out);
    float[] one = weights(reader, expected);
    assertThat(found).hasSameSizeAs(one);
    for (int i = 0; i < one.length; i++) {
      assertThat(found[i]).isCloseTo(one[i], org.assertj.core.data.Offset.offset(3e-6f));
    }
  }

  private static float[] weights(NetworkReader reader, Path file) {
    var network = reader.read(file);
    return network.constant(network.layers().get(0).weight()).floats();
  }

  @Test
  void aTableOfParquetGivesWhatTheFolderOfItsImagesGives() throws IOException {
    Path table = folder.resolve("images.parquet");
    writeTable(table);
    Path out = folder.resolve("both.onnx");
    SparkConf settings = LocalCluster.settings(1).set("spark.pleas.parts", "2");
    // A folder as a shell completes it.
    Outcome outcome =
        run(settings, merge("--data", table.toUri() + "/", "--no-report", "-o", out.toString()));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    Path expected = folder.resolve("expected.onnx");
    NetworkMerge.builder(a, b).data(images).sharedLabels().threads(1).build().run().write(expected);
    assertSame(expected, out);
  }

  /** The images in their order, by texts. */
  private void writeTable(Path table) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Dataset set = Datasets.open(images, Split.TRAIN)) {
      for (int k = 0; k < set.size(); k++) {
        rows.add(
            RowFactory.create("%05d".formatted(k), Files.readAllBytes(Path.of(set.describe(k)))));
      }
    }
    StructType schema =
        new StructType().add("id", DataTypes.StringType).add("image", DataTypes.BinaryType);
    SparkConf local =
        new SparkConf(false)
            .setMaster("local[1]")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1");
    try (SparkSession session = SparkSession.builder().config(local).getOrCreate()) {
      session.createDataFrame(rows, schema).coalesce(1).write().parquet(table.toString());
    }
  }

  @Test
  void whatACLusterCannotDoIsRefusedBeforeOneIsStarted() {
    String data = images.toString();
    String out = folder.resolve("both.onnx").toString();
    // No master: a cluster that were started would fail.
    SparkConf none = new SparkConf(false);
    assertRefused(
        run(none, merge("--data", data, "--method", "regmean", "-o", out)), "--method regmean");
    assertRefused(
        run(none, merge("--data", data, "--method", "zipit", "-o", out)), "--method zipit");
    assertRefused(
        run(
            none,
            merge("--data", data, "--budget", "1.5", "--allocation", "leave-one-out", "-o", out)),
        "leave-one-out");
    assertRefused(
        run(none, merge("--data", data, "--budget", "1.5", "--cost", "latency", "-o", out)),
        "--cost latency");
    assertRefused(
        run(none, merge("--data", data, "--fit", "published", "--solver", "adam", "-o", out)),
        "--solver adam");
    assertRefused(run(none, merge("--data", data, "--probe", "ridge", "-o", out)), "--probe");
    assertRefused(run(none, merge("--data", data, "-o", out, "--dry-run")), "--dry-run");
    assertRefused(
        run(none, merge("--data", data, "-o", folder.resolve("x.pth").toString())), ".pth");
    assertRefused(run(none, merge("--data", data, "--data", "x.parquet", "-o", out)), "Parquet");
    assertRefused(run(none, "sweep", a.toString(), b.toString()), "sweep");
  }

  private static void assertRefused(Outcome outcome, String name) {
    assertThat(outcome.err()).contains(name);
    assertThat(outcome.code()).isEqualTo(2);
  }
}
