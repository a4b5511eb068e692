package io.github.pleas.spark;

import io.github.pleas.fit.BaseTrial;
import io.github.pleas.fit.FitStep;
import io.github.pleas.fit.StepSums;
import io.github.pleas.matching.SimilaritySums;
import io.github.pleas.merge.ComparisonPass;
import io.github.pleas.merge.MergePart;
import io.github.pleas.merge.PartPlan;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.broadcast.Broadcast;

/**
 * What executors are asked of their parts.
 *
 * @param settings of the merge
 * @param parting how its images are parted
 */
record PartTask(Broadcast<JobSettings> settings, JobSettings.Parting parting)
    implements Serializable {

  /** To read the images: those that cannot be read. */
  Iterator<Unreadable> load(PartSource source) {
    return job().load(source, parting.generation()).iterator();
  }

  /** To run both originals, and compare units. */
  SimilaritySums compare(PartSource source, Broadcast<ComparisonPass> pass) {
    return job().with(source, parting, held -> held.part().compare(pass.value()));
  }

  /**
   * To take a step of the fit.
   *
   * @param fitted what all earlier steps gave: an executor that lacks some of it catches up
   */
  StepSums sums(
      PartSource source,
      FitStep step,
      Broadcast<PartPlan> plan,
      ArrayList<Broadcast<FittedLayer>> fitted) {
    return atStep(
        source, step, plan, part -> part.sums(step, k -> fitted.get(k).value().tensors()));
  }

  /**
   * To run on to a step of the fit, and try the base on its first rows, if they are of this part.
   *
   * @param fitted what all earlier steps gave
   */
  BaseTrial tryBase(
      PartSource source,
      FitStep step,
      Broadcast<PartPlan> plan,
      ArrayList<Broadcast<FittedLayer>> fitted) {
    return atStep(
        source, step, plan, part -> part.tryBase(step, k -> fitted.get(k).value().tensors()));
  }

  private <T> T atStep(
      PartSource source, FitStep step, Broadcast<PartPlan> plan, Function<MergePart, T> work) {
    return job()
        .with(
            source,
            parting,
            held -> {
              MergePart part = held.part();
              if (!part.canTake(step)) {
                part.begin(plan.value());
              }
              return work.apply(part);
            });
  }

  /** The first images of a part. */
  static PartSource head(PartSource source, int count) {
    int most = Math.min(count, source.size());
    if (source instanceof PartSource.Files files) {
      return new PartSource.Files(files.part(), files.first(), files.uris().subList(0, most));
    }
    PartSource.Held held = (PartSource.Held) source;
    return new PartSource.Held(
        held.part(),
        held.first(),
        new ArrayList<>(held.images().subList(0, most)),
        new ArrayList<>(held.names().subList(0, most)));
  }

  /** To give back what is held of the merge. */
  Iterator<Integer> release(Iterator<PartSource> sources) {
    ExecutorJobs.release(settings.value().job());
    return List.<Integer>of().iterator();
  }

  private ExecutorJob job() {
    return ExecutorJobs.of(settings.value());
  }
}
