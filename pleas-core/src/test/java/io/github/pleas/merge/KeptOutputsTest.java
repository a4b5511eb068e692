package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Pooling;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.journal.Journal;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.layout.Heads;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the originals gave in their pass is what they give when they run again. */
class KeptOutputsTest {
  /** No multiple of a batch, of the agreement's or of the pass. */
  private static final int EACH = 77;

  private static final MergeSession.Purpose MEASURED = new MergeSession.Purpose(2, true);

  @TempDir private Path folder;

  private static CalibrationImages images(boolean two) {
    return two ? Merging.twoDomains(EACH) : Merging.oneDomain(EACH);
  }

  private static MergeOptions options(boolean separate) {
    Heads heads = separate ? Merging.SEPARATE : Heads.shared();
    return Merging.options(heads, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0.3);
  }

  private static MergeSession open(
      SmallNetworks net, Calibration images, MergeOptions options, MergeSession.Purpose purpose) {
    return open(net, images, options, purpose, Journal.NONE);
  }

  private static MergeSession open(
      SmallNetworks net,
      Calibration images,
      MergeOptions options,
      MergeSession.Purpose purpose,
      Journal journal) {
    Merger merger = new Merger(Merging.runtime(), options);
    return merger.open(
        merger.align(net.network(1), net.network(2)), images, purpose, journal, MergeListener.NONE);
  }

  private static Agreement.Measured kept(MergeSession session, MergeResult merged) {
    return session.agreement(merged.graph(), signature(merged), List.of(Pooling.TOKENS));
  }

  private static Predictor.Signature signature(MergeResult merged) {
    return Predictor.Signature.of(SmallNetworks.read(merged.graph()));
  }

  private static Agreement.Measured again(SmallNetworks net, MergeResult merged, boolean two) {
    Network a = net.network(1);
    Network b = net.network(2);
    return new Agreement(new Predictor(Merging.runtime()), a, b)
        .of(merged.graph(), signature(merged), Agreement.Domain.of(images(two)));
  }

  private static void assertSame(Agreement.Measured found, Agreement.Measured expected) {
    assertThat(found.explained()).isCloseTo(expected.explained(), within(1e-5));
    assertThat(found.top()).isEqualTo(expected.top());
  }

  static Stream<Arguments> merges() {
    return Stream.of(SmallNetworks.values())
        .flatMap(
            net ->
                Stream.of(true, false)
                    .flatMap(
                        separate ->
                            Stream.of(true, false).map(two -> Arguments.of(net, separate, two))));
  }

  @ParameterizedTest
  @MethodSource("merges")
  void theAgreementIsThatWithOriginalsThatRunAndTheyDoNot(
      SmallNetworks net, boolean separate, boolean two) {
    CountedImages images = CountedImages.of(images(two));
    MergeOptions options = options(separate);
    try (MergeSession session = open(net, images, options, MEASURED)) {
      for (double fraction : new double[] {0, 0.5}) {
        BudgetOptions size = BudgetOptions.ofFraction(fraction);
        MergeResult merged = session.merge(session.plan(size), MergeListener.NONE);
        images.read().set(0);
        Agreement.Measured found = kept(session, merged);
        assertThat(images.read().get()).isZero();
        assertSame(found, again(net, merged, two));
      }
      MergeResult last = session.mergeLast(session.plan(options.size()), MergeListener.NONE);
      images.read().set(0);
      assertSame(kept(session, last), again(net, last, two));
      assertThat(images.read().get()).isZero();
    }
  }

  /**
   * Outputs of 154 images of 5 numbers, twice, are some kilobytes; rows that targets are made of
   * are more than the limit of tensors, an eighth of which is for these outputs.
   */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void whatGoesToDiskComesBack(boolean two) {
    SmallNetworks net = SmallNetworks.RESIDUAL;
    int classes =
        Math.toIntExact(
            net.network(1)
                .shape(net.network(1).graph().outputs().get(0).name())
                .elementsPerImage());
    long outputs = 2L * images(two).size() * classes * Float.BYTES;
    MergeOptions options = options(true).withMemory(MemoryLimit.ofTensors(8 * outputs));
    CountedImages images = CountedImages.of(images(two));
    try (MergeSession session = open(net, images, options, MEASURED)) {
      MergeResult merged = session.merge(session.plan(options.size()), MergeListener.NONE);
      assertThat(merged.peakTensorBytes()).isLessThanOrEqualTo(8 * outputs);
      images.read().set(0);
      assertSame(kept(session, merged), again(net, merged, two));
      assertThat(images.read().get()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void whereOutputsAreLargeBesideTheMemoryTheOriginalsRun(SmallNetworks net) {
    MergeOptions options = options(true).withMemory(MemoryLimit.ofTensors(1));
    CountedImages images = CountedImages.of(images(false));
    try (MergeSession session = open(net, images, options, MEASURED)) {
      MergeResult merged = session.merge(session.plan(options.size()), MergeListener.NONE);
      images.read().set(0);
      assertSame(kept(session, merged), again(net, merged, false));
      assertThat(images.read().get()).isEqualTo(3L * images.size());
    }
  }

  @Test
  void withoutThatPurposeTheyRunToo() {
    CountedImages images = CountedImages.of(images(true));
    MergeOptions options = options(true);
    SmallNetworks net = SmallNetworks.RESIDUAL;
    try (MergeSession session = open(net, images, options, new MergeSession.Purpose(2, false))) {
      MergeResult merged = session.merge(session.plan(options.size()), MergeListener.NONE);
      images.read().set(0);
      assertSame(kept(session, merged), again(net, merged, true));
      assertThat(images.read().get()).isEqualTo(2L * images.size());
    }
  }

  @Test
  void anAllocationThatMeasuresRunsNothingForIt() {
    SmallNetworks net = SmallNetworks.CONVOLUTIONAL;
    BudgetOptions size = BudgetOptions.ofBudget(1.4).withAllocation(AllocationMethod.LEAVE_ONE_OUT);
    CountedImages images = CountedImages.of(images(true));
    long[] read = new long[2];
    SizePlan[] plans = new SizePlan[2];
    for (int k = 0; k < 2; k++) {
      // A session that does not know of it runs all networks for each trial.
      MergeOptions options = k == 0 ? options(true).withSize(size) : options(true);
      MergeSession.Purpose merging = new MergeSession.Purpose(2, false);
      try (MergeSession session = open(net, images, options, merging)) {
        images.read().set(0);
        plans[k] = session.plan(size);
        read[k] = images.read().get();
      }
    }
    assertThat(plans[0].separate()).isEqualTo(plans[1].separate());
    assertThat(plans[0].residual()).isCloseTo(plans[1].residual(), within(1e-5));
    // Two groups: four trials, in which each image is read by its own original and once more.
    assertThat(read[1] - read[0]).isEqualTo(8L * images.size());
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aMergeThatGoesOnHasThemToTheLastBit(boolean two) throws Exception {
    SmallNetworks net = SmallNetworks.RESIDUAL;
    MergeOptions options = options(true);
    Agreement.Measured[] found = new Agreement.Measured[3];
    for (int k = 0; k < found.length; k++) {
      CountedImages images = CountedImages.of(images(two));
      try (JournalFolder journal =
              JournalFolder.open(folder.resolve("kept"), Map.of("what", "same"), note -> {});
          MergeSession session = open(net, images, options, MEASURED, journal)) {
        MergeResult merged = session.merge(session.plan(options.size()), MergeListener.NONE);
        images.read().set(0);
        found[k] = kept(session, merged);
        int runs = k < 2 ? 0 : two ? 1 : 2;
        assertThat(images.read().get()).isEqualTo((long) runs * images.size());
      }
      if (k == 1) {
        Files.delete(folder.resolve("kept").resolve("outputs.pleas-piece"));
      }
    }
    assertThat(found[1]).isEqualTo(found[0]);
    // Without that piece the originals run again, and nothing else is made again.
    assertSame(found[2], found[0]);
  }
}
