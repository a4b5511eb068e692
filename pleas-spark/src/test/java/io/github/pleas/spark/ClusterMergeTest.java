package io.github.pleas.spark;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.api.NetworkMerge;
import io.github.pleas.api.NetworkMergeBuilder;
import io.github.pleas.api.WrittenNetwork;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.Split;
import io.github.pleas.data.TensorSamples;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Stage;
import io.github.pleas.onnx.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Tuple2;

/** A merge on a cluster of two executors is that of one machine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterMergeTest {
  private static final double TOLERANCE = 1e-6;
  private static final int EACH = 230;
  private static final MergeOptions OPTIONS =
      MergeOptions.defaults(Heads.separate("a", "b")).withBudget(1.55).withThreads(1);

  @TempDir private static Path folder = Path.of("");
  private final JavaSparkContext spark = LocalCluster.start(2);
  private Path a = folder;
  private Path b = folder;
  private String ofA = "";
  private String ofB = "";

  @BeforeAll
  void files() throws IOException {
    a = TinyNetwork.write(folder.resolve("a.onnx"), 1);
    b = TinyNetwork.write(folder.resolve("b.onnx"), 2);
    ofA = ImageFolder.write(folder.resolve("left"), EACH + 10, 3).toString();
    ofB = ImageFolder.write(folder.resolve("right"), EACH + 10, 4).toString();
  }

  @AfterAll
  void stop() {
    spark.stop();
  }

  private NetworkMergeBuilder onOneMachine() {
    return onOneMachine(a, b);
  }

  private NetworkMergeBuilder onOneMachine(Path first, Path second) {
    return NetworkMerge.builder(first, second)
        .data(Path.of(ofA), Path.of(ofB))
        .separateLabels("a", "b")
        .samples(EACH)
        .budget(1.55)
        .threads(1);
  }

  private ClusterMerge onCluster() {
    return ClusterMerge.of(spark, a, b, OPTIONS).withSamples(EACH);
  }

  private ClusterData folders() {
    return ClusterData.folders(List.of(ofA, ofB));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void anyPartsGiveTheNetworkOfOneMachine(int parts) {
    MergedOnCluster merged = onCluster().withParts(parts).run(folders());
    assertSame(onOneMachine().build().run().result(), merged.result());
    assertThat(merged.images()).containsExactly(EACH, EACH);
    assertThat(merged.skipped()).isEmpty();
  }

  @Test
  void aLostExecutorsPartsAreMadeAnewAndGiveTheSame() {
    List<Long> processes = List.copyOf(LocalCluster.processes(spark, 2));
    assertThat(processes).hasSize(2);
    AtomicBoolean killed = new AtomicBoolean();
    MergedOnCluster merged =
        onCluster()
            .withParts(4)
            .withListener(
                (stage, done, total) -> {
                  if (stage == Stage.FIT && done == 3 && !killed.getAndSet(true)) {
                    ProcessHandle.of(processes.get(0)).orElseThrow().destroyForcibly();
                  }
                })
            .run(folders());
    assertThat(killed).isTrue();
    assertThat(ProcessHandle.of(processes.get(0)).filter(ProcessHandle::isAlive)).isEmpty();
    assertSame(onOneMachine().build().run().result(), merged.result());
  }

  @Test
  void tensorsOfAnRddGiveWhatTheyGiveInMemory() {
    List<float[]> left = tensors(5);
    List<float[]> right = tensors(6);
    MergedOnCluster merged =
        onCluster()
            .withSamples(0)
            .withParts(3)
            .run(ClusterData.tensors(List.of(rdd(left), rdd(right))));
    assertSame(inMemory(left, right), merged.result());
  }

  /** What all of them give on one machine, in the order in which they are drawn. */
  private MergeResult inMemory(List<float[]> left, List<float[]> right) {
    return NetworkMerge.builder(a, b)
        .data(drawn(left, 0), drawn(right, 1))
        .separateLabels("a", "b")
        .budget(1.55)
        .threads(1)
        .build()
        .run()
        .result();
  }

  private static List<float[]> tensors(long seed) {
    Random random = new Random(seed);
    return Stream.generate(() -> tensor(random)).limit(100).toList();
  }

  private static float[] tensor(Random random) {
    float[] tensor = new float[3 * TinyNetwork.SIDE * TinyNetwork.SIDE];
    for (int i = 0; i < tensor.length; i++) {
      tensor[i] = (float) random.nextGaussian();
    }
    return tensor;
  }

  private JavaPairRDD<Long, float[]> rdd(List<float[]> tensors) {
    List<Tuple2<Long, float[]>> pairs = new ArrayList<>();
    for (int k = tensors.size() - 1; k >= 0; k--) {
      pairs.add(new Tuple2<>(10L * k - 300, tensors.get(k)));
    }
    return spark.parallelizePairs(pairs, 3);
  }

  private static TensorSamples drawn(List<float[]> tensors, int domain) {
    int[] order = io.github.pleas.data.Images.order(tensors.size(), OPTIONS.seed(), domain);
    return TensorSamples.of(tensors.size(), (input, k) -> tensors.get(order[k]));
  }

  @Test
  void aTableOfParquetGivesWhatTheFolderOfItsImagesGives() throws IOException {
    SparkSession session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
    List<org.apache.spark.sql.Dataset<Row>> tables = new ArrayList<>();
    for (String images : List.of(ofA, ofB)) {
      String table = folder.resolve("table" + tables.size()).toString();
      session.createDataFrame(rows(images), schema()).repartition(2).write().parquet(table);
      tables.add(session.read().parquet(table));
    }
    MergedOnCluster merged =
        onCluster().withParts(2).run(ClusterData.tables(tables, "image", "id"));
    assertSame(onOneMachine().build().run().result(), merged.result());
    assertThat(merged.traffic().shuffled()).isPositive();
    assertThatThrownBy(() -> ClusterData.tables(tables, "id", "image"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'id' holds int");
    assertThatThrownBy(() -> ClusterData.tables(tables, "picture", "id"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no column 'picture'");
  }

  private static StructType schema() {
    return new StructType().add("id", DataTypes.IntegerType).add("image", DataTypes.BinaryType);
  }

  private static List<Row> rows(String images) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Dataset set = Datasets.open(Path.of(images), Split.TRAIN)) {
      for (int k = 0; k < set.size(); k++) {
        rows.add(RowFactory.create(k, Files.readAllBytes(Path.of(set.describe(k)))));
      }
    }
    return rows;
  }

  @Test
  void aTableOfTensorsByTextsGivesWhatTheyGiveInMemory() {
    SparkSession session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
    List<float[]> left = tensors(5);
    List<float[]> right = tensors(6);
    MergedOnCluster merged =
        onCluster()
            .withSamples(0)
            .withParts(2)
            .run(
                ClusterData.tables(
                    List.of(table(session, left), table(session, right)), "tensor", "name"));
    assertSame(inMemory(left, right), merged.result());
  }

  /** A row for each tensor, in no order: their names have it. */
  private static org.apache.spark.sql.Dataset<Row> table(
      SparkSession session, List<float[]> tensors) {
    List<Row> rows = new ArrayList<>();
    for (int k = tensors.size() - 1; k >= 0; k--) {
      List<Float> numbers = new ArrayList<>();
      for (float number : tensors.get(k)) {
        numbers.add(number);
      }
      rows.add(RowFactory.create("%c%d".formatted('a' + k / 10, k % 10), numbers));
    }
    return session
        .createDataFrame(
            rows,
            new StructType()
                .add("name", DataTypes.StringType)
                .add("tensor", DataTypes.createArrayType(DataTypes.FloatType)))
        .repartition(3);
  }

  @Test
  void largeLayersGiveTheNetworkOfOneMachineAlsoWhenAnExecutorIsLost() throws IOException {
    Path largeA = TinyNetwork.write(folder.resolve("large-a.onnx"), 64, 1);
    Path largeB = TinyNetwork.write(folder.resolve("large-b.onnx"), 64, 2);
    MergeResult expected = onOneMachine(largeA, largeB).build().run().result();
    long process = LocalCluster.processes(spark, 2).iterator().next();
    AtomicBoolean killed = new AtomicBoolean();
    MergedOnCluster merged =
        ClusterMerge.of(spark, largeA, largeB, OPTIONS)
            .withSamples(EACH)
            .withParts(3)
            .withListener(
                (stage, done, total) -> {
                  // The second layer is a large one.
                  if (stage == Stage.FIT && done == 1 && !killed.getAndSet(true)) {
                    ProcessHandle.of(process).orElseThrow().destroyForcibly();
                  }
                })
            .run(folders());
    assertThat(killed).isTrue();
    assertSame(expected, merged.result());
    LayerFit large = expected.layers().get(1);
    assertThat((double) large.rows() * large.unknowns() * 64).as("work").isGreaterThan(1e9);
    for (int k = 0; k < expected.layers().size(); k++) {
      assertThat(merged.result().layers().get(k).residual())
          .isCloseTo(expected.layers().get(k).residual(), Offset.offset(1e-9));
    }
  }

  @Test
  void anUnreadableImageIsReplacedAsOnOneMachine() throws IOException {
    Path broken = ImageFolder.write(folder.resolve("broken"), EACH + 10, 4);
    try (Dataset set = Datasets.open(broken, Split.TRAIN)) {
      int[] order = io.github.pleas.data.Images.order(set.size(), OPTIONS.seed(), 1);
      Files.writeString(Path.of(set.describe(order[17])), "no image");
      Files.writeString(Path.of(set.describe(order[EACH])), "nor this");
    }
    MergedOnCluster merged =
        onCluster().withParts(3).run(ClusterData.folders(List.of(ofA, broken.toString())));
    assertThat(merged.skipped()).hasSize(2).allMatch(message -> message.contains("broken"));
    MergeResult expected = onOneMachine().data(Path.of(ofA), broken).build().run().result();
    assertSame(expected, merged.result());
  }

  @Test
  void theNetworkIsProvenWhenItIsWritten() {
    MergedOnCluster merged = onCluster().withSamples(64).run(folders());
    WrittenNetwork written = merged.write(folder.resolve("both.onnx"));
    assertThat(written.file()).isRegularFile();
    assertThat(written.error()).isLessThan(1e-4);
    assertThatThrownBy(() -> merged.write(folder.resolve("both.safetensors")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("write .onnx");
  }

  @Test
  void whatCannotBeReadIsRefusedByName() throws IOException {
    Path zip = Files.writeString(folder.resolve("images.zip"), "no folder");
    assertThatThrownBy(() -> onCluster().run(ClusterData.folders(List.of(zip.toString()))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("unpack");
    assertThatThrownBy(() -> onCluster().run(ClusterData.folders(List.of("/nowhere/images"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("there is no /nowhere/images");
    JavaPairRDD<Long, float[]> twice =
        spark.parallelizePairs(
            List.of(new Tuple2<>(1L, new float[3]), new Tuple2<>(1L, new float[3])));
    assertThatThrownBy(() -> onCluster().run(ClusterData.tensors(List.of(twice))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("key 1 is there twice");
    JavaPairRDD<Long, float[]> small =
        spark.parallelizePairs(List.of(new Tuple2<>(1L, new float[3])));
    assertThatThrownBy(() -> onCluster().run(ClusterData.tensors(List.of(small))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("it has 3 numbers, expected 3 x 12 x 12");
  }

  private static void assertSame(MergeResult expected, MergeResult found) {
    assertThat(found.plan().separate()).isEqualTo(expected.plan().separate());
    Map<String, Tensor> constants = found.graph().initializers();
    expected
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.isFloat()) {
                assertClose(name, tensor, requireNonNull(constants.get(name)));
              }
            });
  }

  private static void assertClose(String name, Tensor expected, Tensor found) {
    float[] a = expected.floats();
    float[] b = found.floats();
    assertThat(b).as(name).hasSameSizeAs(a);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i]));
      difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
    }
    assertThat(difference).as(name).isLessThanOrEqualTo(TOLERANCE * largest);
  }
}
