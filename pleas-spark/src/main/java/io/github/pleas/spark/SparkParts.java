package io.github.pleas.spark;

import io.github.pleas.fit.BaseTrial;
import io.github.pleas.fit.FitStep;
import io.github.pleas.fit.StepSums;
import io.github.pleas.matching.SimilaritySums;
import io.github.pleas.merge.ComparisonPass;
import io.github.pleas.merge.ImageParts;
import io.github.pleas.merge.PartPlan;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * The parts of a merge in a cluster: each is a partition of an RDD, whose cached block says which
 * executor has it. Sums are added by {@code treeAggregate}; what a step gave is broadcast.
 */
final class SparkParts implements ImageParts, AutoCloseable {
  private static final int DEPTH = 2;

  private final JavaSparkContext spark;
  private final JavaRDD<PartSource> sources;
  private final PartTask task;
  private final ArrayList<Broadcast<FittedLayer>> fitted = new ArrayList<>();
  private Optional<Broadcast<PartPlan>> plan = Optional.empty();

  /**
   * Parts of images.
   *
   * @param sources one for each partition, persisted
   */
  SparkParts(JavaSparkContext spark, JavaRDD<PartSource> sources, PartTask task) {
    this.spark = spark;
    this.sources = sources;
    this.task = task;
  }

  /** Has executors read the images: those that cannot be read. */
  List<Unreadable> load() {
    PartTask of = task;
    return Failures.translated(() -> sources.flatMap(of::load).collect());
  }

  @Override
  public SimilaritySums compare(ComparisonPass pass) {
    PartTask of = task;
    Broadcast<ComparisonPass> shared = spark.broadcast(pass);
    try {
      return Failures.translated(
          () ->
              sources
                  .map(source -> of.compare(source, shared))
                  .treeAggregate(
                      SimilaritySums.none(), SimilaritySums::plus, SimilaritySums::plus, DEPTH));
    } finally {
      shared.destroy();
    }
  }

  @Override
  public void begin(PartPlan given) {
    forget();
    plan = Optional.of(spark.broadcast(given));
  }

  @Override
  public BaseTrial tryBase(FitStep step) {
    PartTask of = task;
    Broadcast<PartPlan> shared = plan.orElseThrow();
    ArrayList<Broadcast<FittedLayer>> earlier = new ArrayList<>(fitted);
    return Failures.translated(
        () ->
            sources.map(source -> of.tryBase(source, step, shared, earlier)).reduce(BaseTrial::or));
  }

  @Override
  public StepSums sums(FitStep step) {
    PartTask of = task;
    Broadcast<PartPlan> shared = plan.orElseThrow();
    ArrayList<Broadcast<FittedLayer>> earlier = new ArrayList<>(fitted);
    return Failures.translated(
        () ->
            sources
                .map(source -> of.sums(source, step, shared, earlier))
                .treeAggregate(StepSums.none(), StepSums::plus, StepSums::plus, DEPTH));
  }

  @Override
  public void fitted(Map<String, Tensor> constants) {
    fitted.add(spark.broadcast(new FittedLayer(constants)));
  }

  private void forget() {
    plan.ifPresent(Broadcast::destroy);
    plan = Optional.empty();
    fitted.forEach(Broadcast::destroy);
    fitted.clear();
  }

  /** Gives back what driver and executors hold. */
  @Override
  public void close() {
    PartTask of = task;
    try {
      Failures.translated(() -> sources.mapPartitions(of::release).count());
    } finally {
      forget();
      sources.unpersist();
    }
  }
}
