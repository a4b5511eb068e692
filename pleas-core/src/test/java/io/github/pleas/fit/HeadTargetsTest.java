package io.github.pleas.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Layer;
import io.github.pleas.network.SmallNetworks;
import java.nio.FloatBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadTargetsTest {
  private static final float[] A = {3, -1, 2};
  private static final float[] B = {5, 7, -4};

  /** Two images of A's domain, then three of B's. */
  private record Images(boolean hasTwoDomains) implements Calibration {
    @Override
    public int size() {
      return 5;
    }

    @Override
    public int sizeA() {
      return hasTwoDomains ? 2 : 5;
    }

    @Override
    public void copyTo(String input, int first, int count, FloatBuffer target) {
      throw new IllegalStateException();
    }
  }

  private static MergedLayer layer(MergedAxis out) {
    Layer any = SmallNetworks.PERCEPTRON.network(1).layers().get(0);
    return new MergedLayer(
        "head", any, "w", Optional.of("b"), MergedAxis.same(2), out, MergedLayer.Role.HEAD, 1);
  }

  private static float[] target(MergedAxis out, boolean domains, HeadFit fit, int image) {
    float[] t = new float[3];
    HeadTargets.rule(layer(out), new Images(domains), fit).apply(image, A, B, t);
    return t;
  }

  @Test
  void aJointHeadGivesItsSmallestLogitOnTheOtherDomainsImages() {
    MergedAxis a = MergedAxis.onlyA(3);
    MergedAxis b = MergedAxis.onlyB(3);
    assertThat(target(a, true, HeadFit.JOINT, 1)).containsExactly(3, -1, 2);
    assertThat(target(a, true, HeadFit.JOINT, 2)).containsExactly(-1, -1, -1);
    assertThat(target(b, true, HeadFit.JOINT, 1)).containsExactly(-4, -4, -4);
    assertThat(target(b, true, HeadFit.JOINT, 2)).containsExactly(5, 7, -4);
    assertThat(HeadTargets.uses(layer(a), new Images(true), HeadFit.JOINT, 4)).isTrue();
  }

  @Test
  void aTaskHeadUsesItsOwnDomainsImagesOnly() {
    for (int image = 0; image < 5; image++) {
      boolean ofA = image < 2;
      Images images = new Images(true);
      assertThat(HeadTargets.uses(layer(MergedAxis.onlyA(3)), images, HeadFit.TASKS, image))
          .isEqualTo(ofA);
      assertThat(HeadTargets.uses(layer(MergedAxis.onlyB(3)), images, HeadFit.TASKS, image))
          .isEqualTo(!ofA);
    }
    assertThat(target(MergedAxis.onlyB(3), true, HeadFit.TASKS, 3)).containsExactly(5, 7, -4);
  }

  @Test
  void aSharedHeadGivesEachImageItsDomainsLogits() {
    MergedAxis shared = MergedAxis.same(3);
    for (HeadFit fit : new HeadFit[] {HeadFit.JOINT, HeadFit.TASKS}) {
      assertThat(target(shared, true, fit, 0)).containsExactly(A);
      assertThat(target(shared, true, fit, 4)).containsExactly(B);
      assertThat(HeadTargets.uses(layer(shared), new Images(true), fit, 0)).isTrue();
    }
  }

  @Test
  void withOneDataSetBothOriginalsOwnEveryImage() {
    assertThat(target(MergedAxis.same(3), false, HeadFit.JOINT, 4)).containsExactly(4, 3, -1);
    assertThat(target(MergedAxis.onlyA(3), false, HeadFit.JOINT, 4)).containsExactly(A);
    assertThat(target(MergedAxis.onlyB(3), false, HeadFit.JOINT, 0)).containsExactly(B);
  }

  @Test
  void aTrunkTargetIsWeightedByDomainAndASeparateUnitIsItsOriginals() {
    // Units: A's 2 alone; A's 0 with B's 1; B's 2 alone.
    MergedLayer layer = layer(new MergedAxis(new int[] {2, 0, -1}, new int[] {-1, 1, 2}));
    float[] t = new float[3];
    LayerRows.weighted(layer, new Images(true), 0.75).apply(0, A, B, t);
    assertThat(t).containsExactly(2, 0.75f * 3 + 0.25f * 7, -4);
    LayerRows.weighted(layer, new Images(true), 0.75).apply(2, A, B, t);
    assertThat(t).containsExactly(2, 0.25f * 3 + 0.75f * 7, -4);
    LayerRows.weighted(layer, new Images(false), 0.75).apply(2, A, B, t);
    assertThat(t).containsExactly(2, 5, -4);
  }
}
