package io.github.pleas.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.TokenMask;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What observers see does not depend on whether whole values are handed out or rows of them. */
class PairedPassTest {
  private static final int IMAGES = 41;

  private static List<double[]> similarities(
      Network a, Network b, CalibrationImages images, int batch, boolean byRows) {
    Symmetry symmetry = Merging.symmetry(a);
    UnitComparison comparison = UnitComparison.between(a, symmetry, Set.of());
    List<UnitGroup> outermost = comparison.passes(IMAGES, Long.MAX_VALUE).get(0);
    List<double[]> similarities = new ArrayList<>();
    try (Workers workers = new Workers(2);
        ActivationSimilarity similarity =
            new ActivationSimilarity(
                comparison, outermost, images.size(), TokenMask.ALL, workers)) {
      new PairedPass(Merging.runtime(), workers, byRows)
          .run(
              a,
              b,
              images,
              new Chunks(images.size(), batch, false),
              comparison.values(),
              List.of(similarity),
              done -> {});
      symmetry.groups().forEach(group -> similarities.add(similarity.take(group)));
    }
    return similarities;
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void rowsAreThoseOfTheWholeValues(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    CalibrationImages images = Merging.oneDomain(IMAGES);
    List<double[]> whole = similarities(a, b, images, 16, false);
    for (int batch : new int[] {16, 4, 1}) {
      List<double[]> rows = similarities(a, b, images, batch, true);
      for (int group = 0; group < whole.size(); group++) {
        assertThat(rows.get(group)).containsExactly(whole.get(group), Offset.offset(1e-4));
      }
    }
  }

  /** Whoever keeps an output has all of it, though others read rows of it. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void whatOneReadsWholeIsThereWhereOthersReadRows(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    List<float[]> whole = outputs(a, b, false);
    List<float[]> byRows = outputs(a, b, true);
    assertThat(byRows).hasSameSizeAs(whole);
    for (int k = 0; k < whole.size(); k++) {
      assertThat(byRows.get(k)).containsExactly(whole.get(k), Offset.offset(1e-5f));
    }
  }

  /** The first output of each batch, of A and of B by turns. */
  private static List<float[]> outputs(Network a, Network b, boolean byRows) {
    String output = a.graph().outputs().get(0).name();
    FeatureView view = FeatureView.of(a.shape(output), 1);
    List<float[]> seen = new ArrayList<>();
    PairedPass.Observer keeper =
        new PairedPass.Observer() {
          @Override
          public void observe(int first, int count, Activations ofA, Activations ofB) {
            for (Activations values : List.of(ofA, ofB)) {
              int width = Math.toIntExact(a.shape(output).elementsPerImage());
              float[] own = new float[count * width];
              values.whole(output).get(0, own);
              seen.add(own);
            }
          }

          @Override
          public List<RowSample> rows() {
            return List.of();
          }

          @Override
          public Set<String> wholeValues() {
            return Set.of(output);
          }
        };
    // Observers see a batch beside each other: what one has seen tells the other nothing yet.
    List<float[]> last = new ArrayList<>();
    PairedPass.Observer reader =
        new PairedPass.Observer() {
          @Override
          public void observe(int first, int count, Activations ofA, Activations ofB) {
            float[] row = new float[view.units()];
            ofA.read(output, view, count - 1, new int[] {0}, row, 0, view.units());
            last.add(row);
          }

          @Override
          public List<RowSample> rows() {
            return List.of(new RowSample(output, view, image -> new int[] {0}));
          }
        };
    try (Workers workers = new Workers(2)) {
      new PairedPass(Merging.runtime(), workers, byRows)
          .run(
              a,
              b,
              Merging.oneDomain(IMAGES),
              new Chunks(IMAGES, 16, false),
              Set.of(output),
              List.of(keeper, reader),
              done -> {});
    }
    assertThat(seen).hasSize(2 * last.size());
    for (int batch = 0; batch < last.size(); batch++) {
      assertThat(seen.get(2 * batch)).endsWith(last.get(batch));
    }
    return seen;
  }

  @Test
  void onlyTheRowsThatAreAskedForAreThere() {
    Network network = SmallNetworks.values()[0].network(1);
    String value = network.layers().get(0).output();
    FeatureView view = FeatureView.of(network.shape(value), 1);
    RowSample sample = new RowSample(value, view, image -> new int[] {image % 3, 5});
    CalibrationImages images = Merging.oneDomain(IMAGES);
    List<Integer> seen = new ArrayList<>();
    PairedPass.Observer observer =
        new PairedPass.Observer() {
          @Override
          public void observe(int first, int count, Activations a, Activations b) {
            seen.add(count);
            float[] row = new float[view.units()];
            a.read(value, view, count - 1, new int[] {5}, row, 0, view.units());
            assertThatThrownBy(() -> a.read(value, view, 0, new int[] {4}, row, 0, view.units()))
                .hasMessage("row 4 of '%s' was not asked for", value);
            assertThatThrownBy(() -> a.whole(value)).hasMessageContaining("as a whole");
          }

          @Override
          public List<RowSample> rows() {
            return List.of(sample);
          }
        };
    try (Workers workers = new Workers(2)) {
      new PairedPass(Merging.runtime(), workers, true)
          .run(
              network,
              network,
              images,
              new Chunks(IMAGES, 16, false),
              Set.of(value),
              List.of(observer),
              done -> {});
    }
    assertThat(seen).containsExactly(16, 16, 9);
  }
}
