package io.github.pleas.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.RandomImages;
import io.github.pleas.data.Samples;
import io.github.pleas.data.TensorSamples;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeCancelledException;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.Merger;
import io.github.pleas.merge.Stage;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merging from files to files. */
class NetworkMergeTest {
  private static final Samples OF_A = RandomImages.normal(24, 3, 8, 8, 1);
  private static final Samples OF_B = RandomImages.normal(24, 3, 8, 8, 2);

  @TempDir private Path folder;
  private Path a = Path.of("");
  private Path b = Path.of("");

  @BeforeEach
  void networks() {
    a = written("a.onnx", 1);
    b = written("b.onnx", 2);
  }

  private Path written(String name, long seed) {
    Path file = folder.resolve(name);
    OnnxWriter.write(SmallNetworks.RESIDUAL.network(seed).graph(), file, any -> {});
    return file;
  }

  private NetworkMergeBuilder described() {
    return NetworkMerge.builder(a, b).separateLabels("x", "y").data(OF_A, OF_B).threads(1);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void itIsTheMergeOfTheSameNetworksInMemory() {
    MergedNetwork merged = described().seed(3).build().run();
    OrtRuntime runtime = new OrtRuntime(1);
    NetworkReader reader = new NetworkReader(runtime, Optional.empty());
    MergeOptions options =
        MergeOptions.defaults(Heads.separate("x", "y")).withThreads(1).withSeed(3);
    Merger merger = new Merger(runtime, options);
    Network first = reader.read(a);
    assertThat(merged.graph().initializers())
        .isEqualTo(
            merger
                .merge(
                    merger.align(first, reader.read(b)),
                    CalibrationImages.of(OF_A, OF_B),
                    MergeListener.NONE)
                .graph()
                .initializers());
    assertThat(merged.residuals())
        .isNotEmpty()
        .allSatisfy((layer, r) -> assertThat(r).isBetween(0.0, 2.0));
    assertThat(merged.outputs()).hasSize(2);
  }

  @Test
  void theFileIsTheNetworkAndTellsWhereItComesFrom() {
    MergedNetwork merged = described().build().run();
    Path out = folder.resolve("both.onnx");
    WrittenNetwork written = merged.write(out);
    assertThat(OnnxReader.read(out).initializers()).isEqualTo(merged.graph().initializers());
    assertThat(written.macs()).isEqualTo(merged.result().cost().macs());
    assertThat(OnnxReader.read(out).metadata())
        .containsEntry("pleas.a", "a.onnx")
        .containsKeys("pleas.data.a.values-sha256", "pleas.data.b.values-sha256");
  }

  @Test
  void aSourceGivesWhatSamplesInMemoryGive() {
    int length = 3 * 8 * 8;
    TensorSamples.Source source =
        (input, sample) -> {
          FloatBuffer one = FloatBuffer.allocate(length);
          OF_A.copyTo(input, sample, 1, one);
          return one.array();
        };
    assertThat(
            described()
                .data(TensorSamples.of(24, source), OF_B)
                .build()
                .run()
                .graph()
                .initializers())
        .isEqualTo(described().build().run().graph().initializers());
  }

  @Test
  void networksOfASweepAreThoseOfTheirBudgetsInTheOrderAsked() {
    List<MergedNetwork> sweep = described().layout(Layout.BLOCKS).build().sweep(1.6, 1.2, 1.6);
    assertThat(sweep).hasSize(3);
    assertThat(sweep.get(0)).isSameAs(sweep.get(2));
    assertThat(sweep.get(0).budget()).hasValue(1.6);
    assertThat(sweep.get(1).budget()).hasValue(1.2);
    double heads = 0.1; // a second head comes on top
    for (MergedNetwork network : sweep) {
      assertThat(network.cost()).isLessThan(network.budget().orElseThrow() + heads);
    }
    assertThat(sweep.get(0).cost()).isGreaterThan(sweep.get(1).cost());
  }

  @Test
  void everyStageIsToldToItsEnd() {
    Map<Stage, String> last = new EnumMap<>(Stage.class);
    MergedNetwork merged =
        described()
            .listener((stage, done, total) -> last.put(stage, done + "/" + total))
            .build()
            .run();
    assertThat(last).containsEntry(Stage.READ, "2/2").containsEntry(Stage.IMAGES, "2/2");
    assertThat(last).containsKey(Stage.FIT).doesNotContainKey(Stage.WRITE);
    merged.write(folder.resolve("both.onnx"));
    assertThat(last).containsEntry(Stage.WRITE, "1/1");
  }

  @Test
  void aMergeThatIsCancelledEndsBeforeItsNextStep() {
    for (Stage end : List.of(Stage.READ, Stage.IMAGES, Stage.ACTIVATIONS, Stage.FIT)) {
      AtomicBoolean cancelled = new AtomicBoolean();
      AtomicInteger after = new AtomicInteger();
      NetworkMerge merge =
          described()
              .cancelWhen(cancelled::get)
              .listener(
                  (stage, done, total) -> {
                    after.addAndGet(cancelled.get() ? 1 : 0);
                    cancelled.compareAndSet(false, stage == end);
                  })
              .build();
      assertThatThrownBy(merge::run).isInstanceOf(MergeCancelledException.class);
      assertThat(after).as("steps after %s", end).hasValue(0);
    }
  }

  @Test
  void whatWasCancelledGoesOnToTheSameFile() throws IOException {
    Path whole = folder.resolve("whole.onnx");
    described().build().run().write(whole);
    Path kept = folder.resolve("kept");
    AtomicBoolean cancelled = new AtomicBoolean();
    NetworkMerge stopped =
        described()
            .resume(kept)
            .cancelWhen(cancelled::get)
            .listener((stage, done, total) -> cancelled.set(stage == Stage.FIT && done == 2))
            .build();
    assertThatThrownBy(stopped::run).isInstanceOf(MergeCancelledException.class);
    assertThat(kept).isNotEmptyDirectory();
    Set<Stage> seen = EnumSet.noneOf(Stage.class);
    MergedNetwork merged =
        described().resume(kept).listener((stage, done, total) -> seen.add(stage)).build().run();
    assertThat(seen).contains(Stage.FIT).doesNotContain(Stage.ACTIVATIONS);
    assertThat(kept).isEmptyDirectory();
    Path resumed = folder.resolve("resumed.onnx");
    merged.write(resumed);
    assertThat(resumed).hasBinaryContent(Files.readAllBytes(whole));
  }

  @Test
  void anInterruptedThreadMergesNoFurtherAndStaysInterrupted() throws Exception {
    NetworkMerge merge =
        described()
            .listener(
                (stage, done, total) -> {
                  if (stage == Stage.FIT) {
                    Thread.currentThread().interrupt();
                  }
                })
            .build();
    AtomicBoolean stillSet = new AtomicBoolean();
    AtomicBoolean cancelled = new AtomicBoolean();
    Thread merging =
        new Thread(
            () -> {
              try {
                merge.run();
              } catch (MergeCancelledException e) {
                cancelled.set(true);
              }
              stillSet.set(Thread.currentThread().isInterrupted());
            });
    merging.start();
    merging.join();
    assertThat(cancelled).isTrue();
    assertThat(stillSet).isTrue();
  }

  @Test
  void aWriteThatIsCancelledLeavesNothing() throws Exception {
    AtomicBoolean cancelled = new AtomicBoolean();
    MergedNetwork merged = described().cancelWhen(cancelled::get).build().run();
    List<String> before = files();
    cancelled.set(true);
    assertThatThrownBy(() -> merged.write(folder.resolve("both.onnx")))
        .isInstanceOf(MergeCancelledException.class);
    assertThat(files()).isEqualTo(before);
    cancelled.set(false);
    MergedNetwork other =
        described()
            .listener(
                (stage, done, total) -> {
                  if (stage == Stage.WRITE) {
                    Thread.currentThread().interrupt();
                  }
                })
            .build()
            .run();
    try {
      assertThatThrownBy(() -> other.write(folder.resolve("both.onnx")))
          .isInstanceOf(MergeCancelledException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void anOriginalIsNotOverwritten() throws IOException {
    byte[] before = Files.readAllBytes(b);
    MergedNetwork merged = described().build().run();
    assertThatThrownBy(() -> merged.write(b))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("b.onnx is one of the inputs");
    assertThat(b).hasBinaryContent(before);
  }

  @Test
  void whatIsMissingOrContradictsItselfIsRefusedBeforeAnythingIsRead() {
    NetworkMergeBuilder none = NetworkMerge.builder(Path.of("no.onnx"), Path.of("none.onnx"));
    refused(none, "labels: say sharedLabels()", () -> none.data(OF_A));
    refused(none, "data: expected one", () -> none.data(List.of()).sharedLabels());
    refused(none, "budget: expected 1", () -> none.data(OF_A).budget(0.5));
    refused(none, "give one", () -> none.budget(1.5).separate(0.5));
    refused(none, "samples: expected 0", () -> none.separate(0).samples(-1));
    refused(none, "say separateLabels", () -> none.samples(1).forkAt("node"));
    assertThatThrownBy(() -> none.device("tpu")).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> described().build().sweep()).hasMessageContaining("at least one");
    assertThatThrownBy(() -> described().arch("resnet18").build().run())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("arch is for checkpoints");
  }

  private static void refused(NetworkMergeBuilder merge, String why, Runnable describe) {
    describe.run();
    assertThatThrownBy(merge::build)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(why);
  }

  @Test
  void samplesThatNetworksDoNotTakeAreRefusedByNumber() {
    refused(new float[100], "sample 2 has only 100 numbers", "[batch, 3, 8, 8]", "expected 192");
    refused(new float[193], "sample 2 has more numbers", "expected 192");
    float[] broken = new float[192];
    broken[7] = Float.NaN;
    refused(broken, "sample 2 has NaN", "expected finite numbers");
    assertThatThrownBy(() -> TensorSamples.of(List.of())).isInstanceOf(InvalidInputException.class);
  }

  private void refused(float[] third, String... why) {
    List<float[]> samples = List.of(new float[192], new float[192], third);
    NetworkMerge merge = described().data(TensorSamples.of(samples)).build();
    assertThatThrownBy(merge::run)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(why);
  }
}
