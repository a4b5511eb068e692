package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.CostKind;
import io.github.pleas.data.Samples;
import io.github.pleas.data.TensorSamples;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitStep;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.StepSums;
import io.github.pleas.layout.Heads;
import io.github.pleas.matching.SimilaritySums;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Device;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A merge does not depend on how its images are parted. */
class PartsMergeTest {
  private static final double TOLERANCE = 1e-6;

  /** Parts in this process, whose answers go through Java's serialization. */
  private static final class Parts implements ImageParts, AutoCloseable {
    private final Merger.Prepared networks;
    private final MergeOptions options;
    private final CalibrationImages images;
    private final int batch;
    private final List<int[]> ranges = new ArrayList<>();
    private final List<MergePart> parts = new ArrayList<>();
    private final List<Map<String, Tensor>> fitted = new ArrayList<>();
    private final int lostAt;
    private Optional<PartPlan> plan = Optional.empty();

    Parts(
        Merger.Prepared networks,
        MergeOptions options,
        CalibrationImages images,
        int count,
        int lostAt) {
      this.networks = networks;
      this.options = options;
      this.images = images;
      this.lostAt = lostAt;
      var chunks = PartBatches.of(Merging.runtime(), options, networks, images.size());
      this.batch = chunks.size();
      assertThat(count).isLessThanOrEqualTo(chunks.groups());
      for (int p = 0; p < count; p++) {
        int from = chunks.groupStart(chunks.groups() * p / count);
        int to = chunks.groupStart(chunks.groups() * (p + 1) / count);
        ranges.add(new int[] {from, to});
        parts.add(part(p));
      }
    }

    private MergePart part(int p) {
      int from = ranges.get(p)[0];
      int to = ranges.get(p)[1];
      return new MergePart(
          Merging.runtime(),
          options,
          networks,
          new PartImages(samples(images, from, to), from, counts(images)),
          batch,
          options.size().widening());
    }

    @Override
    public SimilaritySums compare(ComparisonPass pass) {
      SimilaritySums sums = SimilaritySums.none();
      for (MergePart part : parts) {
        sums = sums.plus(sent(part.compare(sent(pass))));
      }
      return sums;
    }

    @Override
    public void begin(PartPlan given) {
      PartPlan copy = sent(given);
      plan = Optional.of(copy);
      parts.forEach(part -> part.begin(copy));
    }

    @Override
    public StepSums sums(FitStep step) {
      if (step.index() == lostAt) {
        parts.get(parts.size() - 1).close();
        parts.set(parts.size() - 1, part(parts.size() - 1));
        parts.get(parts.size() - 1).begin(plan.orElseThrow());
      }
      // The last first: the order must not matter.
      StepSums sums = StepSums.none();
      for (int p = parts.size() - 1; p >= 0; p--) {
        sums = sums.plus(sent(parts.get(p).sums(step, fitted::get)));
      }
      return sums;
    }

    @Override
    public void fitted(Map<String, Tensor> constants) {
      fitted.add(constants);
    }

    @Override
    public void close() {
      parts.forEach(MergePart::close);
    }
  }

  private static ImageCounts counts(CalibrationImages images) {
    return new ImageCounts(images.size(), images.sizeA(), images.hasTwoDomains());
  }

  private static Samples samples(CalibrationImages images, int from, int to) {
    return TensorSamples.of(
        to - from,
        (input, image) -> {
          FloatBuffer buffer = FloatBuffer.allocate(3 * 8 * 8);
          images.copyTo(input, from + image, 1, buffer);
          return buffer.array();
        });
  }

  @SuppressWarnings("unchecked")
  private static <T> T sent(T value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static MergeResult inParts(
      Network a, Network b, CalibrationImages images, MergeOptions options, int count, int lostAt) {
    Merger merger = new Merger(Merging.runtime(), options);
    Merger.Prepared networks = merger.align(a, b);
    try (Parts parts = new Parts(networks, options, images, count, lostAt)) {
      int first = parts.ranges.get(0)[1];
      return merger.merge(
          networks,
          new FirstImages(samples(images, 0, first), counts(images)),
          parts,
          MergeListener.NONE);
    }
  }

  private static void assertSame(MergeResult expected, MergeResult found) {
    assertThat(found.plan().separate()).isEqualTo(expected.plan().separate());
    for (int g = 0; g < expected.groups().size(); g++) {
      assertThat(found.groups().get(g).partners()).isEqualTo(expected.groups().get(g).partners());
      assertThat(found.groups().get(g).scores())
          .containsExactly(
              expected.groups().get(g).scores(), org.assertj.core.data.Offset.offset(1e-12));
    }
    expected
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.isFloat()) {
                assertClose(name, tensor, requireNonNull(found.graph().initializers().get(name)));
              }
            });
    for (int k = 0; k < expected.layers().size(); k++) {
      assertThat(found.layers().get(k).rows()).isEqualTo(expected.layers().get(k).rows());
      assertThat(found.layers().get(k).availableRows())
          .isEqualTo(expected.layers().get(k).availableRows());
      assertThat(found.layers().get(k).residual())
          .isCloseTo(
              expected.layers().get(k).residual(), org.assertj.core.data.Offset.offset(TOLERANCE));
    }
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

  private static MergeOptions progressive(Heads heads, double budget) {
    return Merging.options(heads, FitMethod.PROGRESSIVE, HeadFit.JOINT, 0).withBudget(budget);
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void anyPartsOfTwoDomainsGiveTheSameNetwork(SmallNetworks kind) {
    CalibrationImages images = Merging.twoDomains(230);
    Network a = kind.network(1);
    Network b = kind.network(2);
    MergeOptions one = progressive(Merging.SEPARATE, 1);
    assertSame(Merging.merge(a, b, images, one), inParts(a, b, images, one, 3, -1));
    MergeOptions more = progressive(Merging.SEPARATE, 1.55);
    MergeResult whole = Merging.merge(a, b, images, more);
    for (int count : new int[] {1, 2, 7}) {
      assertSame(whole, inParts(a, b, images, more, count, -1));
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void sharedHeadsToo(SmallNetworks kind) {
    CalibrationImages images = Merging.twoDomains(230);
    MergeOptions options = progressive(Heads.shared(), 1.55);
    MergeResult whole = Merging.merge(kind.network(1), kind.network(2), images, options);
    assertSame(whole, inParts(kind.network(1), kind.network(2), images, options, 3, -1));
  }

  @ParameterizedTest
  @EnumSource(HeadFit.class)
  void everyWayOfFittingHeads(HeadFit heads) {
    MergeOptions options = Merging.options(Merging.SEPARATE, FitMethod.PROGRESSIVE, heads, 0.5);
    CalibrationImages images = Merging.twoDomains(100);
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    assertSame(Merging.merge(a, b, images, options), inParts(a, b, images, options, 4, -1));
  }

  @ParameterizedTest
  @EnumSource(
      value = SmallNetworks.class,
      names = {"PERCEPTRON", "TOKENS"})
  void layersWithFewerRowsThanUnknownsToo(SmallNetworks kind) {
    CalibrationImages images = Merging.oneDomain(90);
    MergeOptions options = progressive(Heads.shared(), 1.55);
    MergeResult whole = Merging.merge(kind.network(1), kind.network(2), images, options);
    assertThat(whole.layers().get(0).rows() * 2)
        .isLessThanOrEqualTo(whole.layers().get(0).unknowns());
    assertSame(whole, inParts(kind.network(1), kind.network(2), images, options, 2, -1));
  }

  @ParameterizedTest
  @EnumSource(
      value = MergeMethod.class,
      names = {"PLEAS_PUBLISHED", "PERMUTE", "GIT_REBASIN", "AVERAGE"})
  void otherMethodsToo(MergeMethod named) {
    MergeOptions options = MergeOptions.of(named, Merging.SEPARATE).withThreads(1);
    CalibrationImages images = Merging.twoDomains(100);
    for (SmallNetworks kind :
        List.of(SmallNetworks.RESIDUAL, SmallNetworks.INVERTED_RESIDUAL, SmallNetworks.DENSE)) {
      Network a = kind.network(1);
      Network b = kind.network(2);
      assertSame(Merging.merge(a, b, images, options), inParts(a, b, images, options, 3, -1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 5})
  void aPartThatIsLostAndMadeAnewGivesTheSame(int lostAt) {
    MergeOptions options = progressive(Merging.SEPARATE, 1.55);
    CalibrationImages images = Merging.twoDomains(100);
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    assertSame(Merging.merge(a, b, images, options), inParts(a, b, images, options, 3, lostAt));
  }

  @Test
  void whatNeedsMoreThanSumsIsRefusedByName() {
    Map.of(
            MergeOptions.of(MergeMethod.ZIPIT, Heads.shared()), "--method zipit",
            MergeOptions.of(MergeMethod.REGMEAN, Heads.shared()), "--method regmean",
            progressive(Heads.shared(), 1.5)
                    .withSize(progressive(Heads.shared(), 1.5).size().withCost(CostKind.LATENCY)),
                "--cost latency",
            progressive(Heads.shared(), 1.5)
                    .withSize(
                        progressive(Heads.shared(), 1.5)
                            .size()
                            .withAllocation(AllocationMethod.LEAVE_ONE_OUT)),
                "--allocation leave-one-out")
        .forEach(
            (options, name) ->
                assertThatThrownBy(() -> InParts.require(options, Device.CPU))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("merge"));
  }
}
