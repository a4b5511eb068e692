package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Samples;
import io.github.pleas.data.TensorSamples;
import io.github.pleas.fit.BaseTrial;
import io.github.pleas.fit.FitStep;
import io.github.pleas.fit.StepSums;
import io.github.pleas.matching.SimilaritySums;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
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
import java.util.Set;
import java.util.TreeMap;

/** Parts in this process, whose answers go through Java's serialization. */
final class InProcessParts implements ImageParts, AutoCloseable {
  private final Merger.Prepared networks;
  private final MergeOptions options;
  private final CalibrationImages images;
  private final int batch;
  private final List<int[]> ranges = new ArrayList<>();
  private final List<MergePart> parts = new ArrayList<>();
  private final List<Map<String, Tensor>> fitted = new ArrayList<>();
  private final Map<Integer, BaseTrial> trials = new TreeMap<>();
  private final int lostAt;
  private Optional<PartPlan> plan = Optional.empty();

  InProcessParts(
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

  /**
   * Merges in parts.
   *
   * @param lostAt the step at which some are lost and made anew; none if it is negative
   */
  static MergeResult merge(
      Network a, Network b, CalibrationImages images, MergeOptions options, int count, int lostAt) {
    Merger merger = new Merger(Merging.runtime(), options);
    Merger.Prepared networks = merger.align(a, b);
    try (InProcessParts parts = new InProcessParts(networks, options, images, count, lostAt)) {
      return parts.merge(merger);
    }
  }

  MergeResult merge(Merger merger) {
    return merger.merge(networks, firstImages(), this, MergeListener.NONE);
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

  /** What whoever adds up has of the images: those of the first part. */
  private FirstImages firstImages() {
    return new FirstImages(samples(images, 0, ranges.get(0)[1]), counts(images));
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
  public BaseTrial tryBase(FitStep step) {
    if (step.index() == lostAt) {
      lose(0);
    }
    BaseTrial trial = BaseTrial.none();
    for (MergePart part : parts) {
      trial = trial.or(sent(part.tryBase(sent(step), fitted::get)));
    }
    trials.put(step.index(), trial);
    return trial;
  }

  /** The steps at which the base was tried. */
  Set<Integer> tried() {
    return trials.keySet();
  }

  /** Off the rows of which outputs it was taken then. */
  int[] answered(int step, int group) {
    return requireNonNull(trials.get(step)).answered(group).orElseThrow();
  }

  @Override
  public StepSums sums(FitStep step) {
    if (step.index() == lostAt) {
      lose(parts.size() - 1);
    }
    // The last first: the order must not matter.
    StepSums sums = StepSums.none();
    for (int p = parts.size() - 1; p >= 0; p--) {
      if (step.index() == lostAt && p == 0 && parts.size() > 1) {
        // For this step another one stands in, and then it goes on.
        try (MergePart other = part(p)) {
          other.begin(plan.orElseThrow());
          sums = sums.plus(sent(other.sums(sent(step), fitted::get)));
        }
      } else {
        sums = sums.plus(sent(parts.get(p).sums(sent(step), fitted::get)));
      }
    }
    return sums;
  }

  /** Has a part made anew. */
  private void lose(int p) {
    parts.get(p).close();
    parts.set(p, part(p));
    parts.get(p).begin(plan.orElseThrow());
  }

  @Override
  public void fitted(Map<String, Tensor> constants) {
    fitted.add(constants);
  }

  @Override
  public void close() {
    parts.forEach(MergePart::close);
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
}
