package io.github.pleas.symmetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SelfCheckTest {
  private static final float NAN = Float.NaN;
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void theErrorIsRelativeToTheLargestNumber() {
    assertThat(SelfCheck.relativeError(new float[] {4, -8}, new float[] {5, -8}))
        .isEqualTo(1 / 8.0);
    assertThat(SelfCheck.relativeError(new float[2], new float[2])).isZero();
    assertThat(SelfCheck.relativeError(new float[2], new float[] {0, 1})).isGreaterThan(1);
  }

  @Test
  void whatIsNoNumberMustBeSoInBoth() {
    assertThat(
            SelfCheck.relativeError(new float[] {NAN, 1, INFINITY}, new float[] {NAN, 1, INFINITY}))
        .isZero();
    assertThat(SelfCheck.relativeError(new float[] {NAN, 1}, new float[] {0, 1})).isInfinite();
    assertThat(SelfCheck.relativeError(new float[] {0, 1}, new float[] {NAN, 1})).isInfinite();
    assertThat(SelfCheck.relativeError(new float[] {INFINITY, 1}, new float[] {-INFINITY, 1}))
        .isInfinite();
    // An infinity elsewhere hides no error.
    assertThat(SelfCheck.relativeError(new float[] {INFINITY, 1}, new float[] {INFINITY, 2}))
        .isEqualTo(1);
  }

  // A symmetry that forgets where the next layer reads the units.
  @Test
  void anIncompleteSymmetryIsFoundOut() {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.relu(g.conv(g.input("x", 3, 4, 4), 3, 5, 3));
    Checked whole = Checked.of(g.build(g.gemm(g.pooled(h), 5, 2)));
    UnitGroup.Member written = new UnitGroup.Member("c0", List.of(0), true);
    UnitGroup group =
        new UnitGroup(0, "half", 5, OptionalInt.empty(), List.of(written), Optional.empty());
    Symmetry half =
        new Symmetry(
            List.of(group),
            Map.of("c0", List.of(whole.symmetry().standings("c0").get(0))),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    assertThat(new SelfCheck(Runs.RUNTIME).error(whole.network(), half, 1))
        .isGreaterThan(SelfCheck.TOLERANCE);
  }

  /** The copy that is run beside the network is the one that would be run after it. */
  @Test
  void theFirstErrorIsThatOfATrialOfItsOwn() {
    GraphBuilder g = new GraphBuilder(2);
    String h = g.relu(g.conv(g.input("x", 3, 4, 4), 3, 64, 3));
    h = g.relu(g.conv(h, 64, 64, 3));
    Checked checked = Checked.of(g.build(g.gemm(g.pooled(h), 64, 5)));
    Permutations order = Permutations.random(checked.symmetry(), 4);
    Trial.Begun begun = Trial.begin(Runs.RUNTIME, checked.network(), 4, checked.symmetry(), order);
    double alone = new Trial(Runs.RUNTIME, checked.network(), 4).error(checked.symmetry(), order);
    assertThat(begun.error()).isEqualTo(alone).isLessThan(SelfCheck.TOLERANCE);
    assertThat(begun.trial().error(checked.symmetry(), order)).isEqualTo(alone);
    assertThat(begun.trial().silentOutputs()).isEmpty();
  }
}
