package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.only;
import static io.github.pleas.merge.Merging.outputs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeOptions.StreamMap;
import io.github.pleas.network.AttentionForms;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.symmetry.StreamRotation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Merges of transformers whose residual streams are rotated before they are matched. */
class StreamMergeTest {
  private static final Images FRESH = RandomImages.normal(20, 3, 8, 8, 99);

  private static MergeOptions options(Heads heads, StreamMap map) {
    return Merging.options(heads, FitMethod.PROGRESSIVE, HeadFit.TASKS, 0).withStream(map);
  }

  /** The same function, its stream rotated and all units in another order. */
  private static Network turned(Network network, long seed) {
    StreamRotation rotation = StreamRotation.of(network, Merging.symmetry(network));
    int width = rotation.streams().get(0).width();
    Network turned = rotation.rotated(List.of(StreamRotation.random(width, true, seed)));
    return Merging.permuted(turned, seed);
  }

  @ParameterizedTest
  @EnumSource(
      value = AttentionForms.class,
      names = {"PROJECTIONS", "SPLIT", "WITH_THE_BATCH", "RELATIVE_POSITIONS", "WINDOWS"})
  void aNetworkMergedWithARotatedCopyOfItselfIsItself(AttentionForms form) {
    Network a = form.network(1, true);
    MergeResult result =
        Merging.merge(
            a, turned(a, 5), Merging.twoDomains(40), options(Heads.shared(), StreamMap.ORTHOGONAL));
    assertThat(error(only(outputs(a, FRESH)), only(outputs(result, FRESH)))).isLessThan(1e-4);
  }

  /** What a permutation alone does not find. */
  @Test
  void aPermutationDoesNotBringARotatedCopyBack() {
    Network a = AttentionForms.PROJECTIONS.network(1, true);
    MergeResult result =
        Merging.merge(
            a,
            turned(a, 5),
            Merging.twoDomains(40),
            options(Heads.shared(), StreamMap.PERMUTATION));
    assertThat(error(only(outputs(a, FRESH)), only(outputs(result, FRESH)))).isGreaterThan(1e-2);
  }

  /** The written network has the originals' operators, and costs what one original does. */
  @Test
  void theMergedNetworkHasTheOriginalsOperators() {
    Network a = AttentionForms.SPLIT.network(1, true);
    Network b = AttentionForms.SPLIT.network(2, true);
    MergeResult result =
        Merging.merge(a, b, Merging.twoDomains(20), options(SEPARATE, StreamMap.ORTHOGONAL));
    Network written = SmallNetworks.read(result.graph());
    assertThat(written.graph().nodes().stream().filter(n -> n.is("LayerNormalization")).count())
        .isEqualTo(a.graph().nodes().stream().filter(n -> n.is("LayerNormalization")).count());
    assertThat(result.groups()).allMatch(group -> group.width() == group.units());
  }

  @Test
  void aNetworkWithoutAStreamIsRefusedBeforeImagesAreRead() {
    Network network = SmallNetworks.RESIDUAL.network(1);
    Merger merger = new Merger(Merging.runtime(), options(Heads.shared(), StreamMap.ORTHOGONAL));
    assertThatThrownBy(() -> merger.align(network, SmallNetworks.RESIDUAL.network(2)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no residual stream");
  }

  /** Rows, pairs and layers were made from B as it was aligned: another alignment takes none. */
  @Test
  void whatWasKeptOfAnotherAlignmentIsNotTaken(@TempDir Path folder) throws IOException {
    MergeOptions options = options(SEPARATE, StreamMap.ORTHOGONAL);
    CalibrationImages images = Merging.twoDomains(20);
    Network a = AttentionForms.SPLIT.network(1, true);
    Network b = AttentionForms.SPLIT.network(2, true);
    Network other = AttentionForms.SPLIT.network(3, true);
    Merger merger = new Merger(Merging.runtime(), options);
    byte[] expected =
        OnnxWriter.toBytes(
            merger.merge(merger.align(a, other), images, MergeListener.NONE).graph());
    try (JournalFolder kept = JournalFolder.open(folder, Map.of(), note -> {})) {
      merger.merge(merger.align(a, b), images, kept, MergeListener.NONE);
    }
    try (JournalFolder kept = JournalFolder.open(folder, Map.of(), note -> {})) {
      MergeResult again = merger.merge(merger.align(a, other), images, kept, MergeListener.NONE);
      assertThat(OnnxWriter.toBytes(again.graph())).isEqualTo(expected);
    }
  }

  @Test
  void aRotationNeedsActivations() {
    assertThatThrownBy(
            () ->
                options(Heads.shared(), StreamMap.ORTHOGONAL)
                    .withMatch(MergeOptions.MatchOn.WEIGHTS))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("--match activations");
  }
}
