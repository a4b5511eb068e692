package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.journal.Journal;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A merge that was stopped anywhere goes on to the same network, to the last bit. */
class ResumeMergeTest {
  private static final CalibrationImages IMAGES = Merging.twoDomains(20);

  @TempDir private Path parent;
  private final List<String> notes = new ArrayList<>();

  /** Ends a merge. */
  private static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A merge that keeps what is done, and tells how far it is. */
  private interface Merge {
    MergeResult run(Journal journal, MergeListener listener);
  }

  private static MergeListener stoppedAt(Stage where, int step) {
    return (stage, done, total) -> {
      if (stage == where && done == step) {
        throw new StoppedException();
      }
    };
  }

  private JournalFolder open(Path folder) {
    return JournalFolder.open(folder, Map.of("what", "the same"), notes::add);
  }

  private byte[] bytes(MergeResult result) throws IOException {
    Path file = parent.resolve("network.onnx");
    OnnxWriter.write(result.graph(), file, any -> {});
    return Files.readAllBytes(file);
  }

  private static List<Path> layers(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("layer-"))
          .sorted()
          .toList();
    }
  }

  /** A merge of two networks, told where it keeps what is done and whom it tells how far it is. */
  private static Merge merge(SmallNetworks net, MergeOptions options) {
    Network a = net.network(1);
    Network b = net.network(2);
    return (journal, listener) -> {
      Merger merger = new Merger(Merging.runtime(), options);
      return merger.merge(merger.align(a, b), IMAGES, journal, listener);
    };
  }

  private static MergeOptions options(boolean shared, FitMethod method) {
    return Merging.options(shared ? Heads.shared() : Merging.SEPARATE, method, HeadFit.JOINT, 0.3);
  }

  /** Stops a merge after k layers, for each k, and lets it go on. */
  private void stopsAnywhere(Merge merge) throws IOException {
    MergeResult whole = merge.run(Journal.NONE, MergeListener.NONE);
    byte[] expected = bytes(whole);
    int layers = whole.layers().size();
    for (int k = 1; k <= layers; k++) {
      Path folder = parent.resolve("after-" + k);
      MergeListener stop = stoppedAt(Stage.FIT, k);
      try (JournalFolder journal = open(folder)) {
        assertThatThrownBy(() -> merge.run(journal, stop)).isInstanceOf(StoppedException.class);
      }
      List<Path> fitted = layers(folder);
      assertThat(fitted).hasSize(k);
      List<byte[]> before = new ArrayList<>();
      for (Path piece : fitted) {
        before.add(Files.readAllBytes(piece));
      }
      Set<Stage> seen = EnumSet.noneOf(Stage.class);
      try (JournalFolder journal = open(folder)) {
        MergeResult result = merge.run(journal, (stage, done, total) -> seen.add(stage));
        assertThat(bytes(result)).as("after layer %d of %d", k, layers).isEqualTo(expected);
      }
      assertThat(seen).as("the originals do not run again").doesNotContain(Stage.ACTIVATIONS);
      // They have their times in them: a layer that is fitted again is another piece.
      for (int i = 0; i < k; i++) {
        assertThat(fitted.get(i)).hasBinaryContent(before.get(i));
      }
      assertThat(layers(folder)).hasSize(layers);
    }
    assertThat(notes).isEmpty();
  }

  static Stream<Arguments> networksAndHeads() {
    return Stream.of(SmallNetworks.values())
        .flatMap(net -> Stream.of(Arguments.of(net, true), Arguments.of(net, false)));
  }

  @ParameterizedTest
  @MethodSource("networksAndHeads")
  void stoppedAfterAnyLayerItComesToTheSameNetwork(SmallNetworks net, boolean shared)
      throws IOException {
    stopsAnywhere(merge(net, options(shared, FitMethod.PROGRESSIVE)));
  }

  @ParameterizedTest
  @EnumSource(FitMethod.class)
  void soDoesEveryWayOfFitting(FitMethod method) throws IOException {
    MergeOptions options =
        Merging.options(Heads.shared(), method, HeadFit.ORIGINAL, 0.3)
            .withMatch(MergeOptions.MatchOn.WEIGHTS);
    stopsAnywhere(merge(SmallNetworks.RESIDUAL, options));
  }

  @Test
  void stoppedBeforeTheOriginalsWereThroughItBeginsAgain() throws IOException {
    Merge merge = merge(SmallNetworks.RESIDUAL, options(false, FitMethod.PROGRESSIVE));
    byte[] expected = bytes(merge.run(Journal.NONE, MergeListener.NONE));
    Path folder = parent.resolve("early");
    try (JournalFolder journal = open(folder)) {
      MergeListener stop = stoppedAt(Stage.ACTIVATIONS, IMAGES.size());
      assertThatThrownBy(() -> merge.run(journal, stop)).isInstanceOf(StoppedException.class);
    }
    try (JournalFolder journal = open(folder)) {
      assertThat(bytes(merge.run(journal, MergeListener.NONE))).isEqualTo(expected);
    }
  }

  /** Every file that is kept is damaged in turn: the merge says so, and comes to the same. */
  @Test
  void whateverIsDamagedIsMadeAgain() throws IOException {
    MergeOptions options =
        options(false, FitMethod.PROGRESSIVE).withLayout(Layout.BLOCKS).withBudget(1.4);
    Merge merge = merge(SmallNetworks.RESIDUAL, options);
    byte[] expected = bytes(merge.run(Journal.NONE, MergeListener.NONE));
    Path folder = parent.resolve("damaged");
    try (JournalFolder journal = open(folder)) {
      merge.run(journal, MergeListener.NONE);
    }
    List<Path> pieces;
    try (Stream<Path> files = Files.list(folder)) {
      pieces =
          files
              .filter(file -> !file.toString().contains("request"))
              .filter(file -> !file.toString().contains("lock"))
              .toList();
    }
    assertThat(pieces).hasSizeGreaterThan(8);
    for (Path piece : pieces) {
      byte[] changed = Files.readAllBytes(piece);
      changed[changed.length / 2] ^= 4;
      Files.write(piece, changed);
      notes.clear();
      try (JournalFolder journal = open(folder)) {
        assertThat(bytes(merge.run(journal, MergeListener.NONE)))
            .as(piece.toString())
            .isEqualTo(expected);
      }
      assertThat(notes).singleElement().asString().contains(piece.toString(), "is damaged");
      notes.clear();
      try (JournalFolder journal = open(folder)) {
        merge.run(journal, stoppedAt(Stage.ACTIVATIONS, 0));
      }
      assertThat(notes).as("it is whole again").isEmpty();
    }
  }

  /** What groups do for the merged network takes many merges: each is measured once. */
  @Test
  void measurementsOfGroupsAreKeptToo() throws IOException {
    MergeOptions options =
        options(false, FitMethod.PROGRESSIVE)
            .withSize(BudgetOptions.ofBudget(1.4).withAllocation(AllocationMethod.LEAVE_ONE_OUT));
    Merge merge = merge(SmallNetworks.RESIDUAL, options);
    MergeResult whole = merge.run(Journal.NONE, MergeListener.NONE);
    Path folder = parent.resolve("measured");
    int measured = 3;
    try (JournalFolder journal = open(folder)) {
      MergeListener stop = stoppedAt(Stage.ALLOCATE, measured);
      assertThatThrownBy(() -> merge.run(journal, stop)).isInstanceOf(StoppedException.class);
      assertThat(journal.count("measured-")).isEqualTo(measured);
    }
    try (JournalFolder journal = open(folder)) {
      MergeResult result = merge.run(journal, MergeListener.NONE);
      assertThat(bytes(result)).isEqualTo(bytes(whole));
      assertThat(result.plan().effects().orElseThrow().effects())
          .isEqualTo(whole.plan().effects().orElseThrow().effects());
      assertThat(result.plan().residual()).isEqualTo(whole.plan().residual());
    }
    Set<Stage> seen = EnumSet.noneOf(Stage.class);
    try (JournalFolder journal = open(folder)) {
      SizePlan plan = merge.run(journal, (stage, done, total) -> seen.add(stage)).plan();
      assertThat(plan.effects()).isPresent();
      assertThat(plan.gap()).isEqualTo(whole.plan().gap());
      assertThat(plan.limit()).isEqualTo(whole.plan().limit());
      assertThat(plan.cost()).isEqualTo(whole.plan().cost());
    }
    assertThat(seen).doesNotContain(Stage.ALLOCATE);
  }

  /** Zipped units are no pairs: all of them are kept. */
  @Test
  void aZippedMergeGoesOn() throws IOException {
    stopsAnywhere(
        merge(
            SmallNetworks.RESIDUAL,
            MergeOptions.of(MergeMethod.ZIPIT, Heads.shared()).withThreads(2)));
  }
}
