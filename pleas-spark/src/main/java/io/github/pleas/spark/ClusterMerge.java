package io.github.pleas.spark;

import io.github.pleas.InvalidInputException;
import io.github.pleas.api.Originals;
import io.github.pleas.data.Normalization;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.merge.InParts;
import io.github.pleas.merge.MemoryLimit;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.symmetry.OperatorRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Merges two networks on images that are spread over a Spark cluster. Executors run the networks on
 * their parts of the images and keep what comes out; sums come to the driver, which matches, plans
 * and solves as on one machine, and broadcasts what it found.
 *
 * <pre>{@code
 * MergedOnCluster merged =
 *     ClusterMerge.of(spark, Path.of("birds.onnx"), Path.of("pets.onnx"), options)
 *         .run(ClusterData.folders(List.of("hdfs://host/birds", "hdfs://host/pets")));
 * merged.write(Path.of("both.onnx"));
 * }</pre>
 *
 * <p>The merged network is that of one machine to rounding, for any number of executors and parts.
 * The files of the originals lie where the driver is.
 */
public final class ClusterMerge {
  private final JavaSparkContext spark;
  private final Path a;
  private final Path b;
  private final MergeOptions options;
  private final ModelOptions models;
  private final Normalization normalization;
  private final int samples;
  private final int parts;
  private final MergeListener listener;

  private ClusterMerge(
      JavaSparkContext spark,
      Path a,
      Path b,
      MergeOptions options,
      ModelOptions models,
      Normalization normalization,
      int samples,
      int parts,
      MergeListener listener) {
    this.spark = spark;
    this.a = a;
    this.b = b;
    // What is kept, of each executor: Java's heap there is Spark's to bound.
    this.options = options.withMemory(MemoryLimit.ofTensors(options.memory().bytes()));
    this.models = models;
    this.normalization = normalization;
    this.samples = samples;
    this.parts = parts;
    this.listener = listener;
  }

  /**
   * A merge of 500 images a domain, in as many parts as the cluster runs tasks at once.
   *
   * @param a the first network's file
   * @param b the second one's
   * @param options how; {@link MergeOptions#threads} are the driver's, {@link MergeOptions#memory}
   *     is that of each executor
   */
  public static ClusterMerge of(JavaSparkContext spark, Path a, Path b, MergeOptions options) {
    return new ClusterMerge(
        spark,
        a,
        b,
        options,
        ModelOptions.DEFAULT,
        Normalization.DEFAULT,
        500,
        0,
        MergeListener.NONE);
  }

  /** The same with files that are read in another way. */
  public ClusterMerge withModels(ModelOptions other) {
    return new ClusterMerge(spark, a, b, options, other, normalization, samples, parts, listener);
  }

  /** The same with other numbers for pixels; tensors are taken as they are. */
  public ClusterMerge withNormalization(Normalization other) {
    return new ClusterMerge(spark, a, b, options, models, other, samples, parts, listener);
  }

  /**
   * The same with another number of images.
   *
   * @param each of each domain; all of them if 0
   */
  public ClusterMerge withSamples(int each) {
    return new ClusterMerge(spark, a, b, options, models, normalization, each, parts, listener);
  }

  /**
   * The same in another number of parts.
   *
   * @param count at most; a part has whole groups of batches, 33 images or more, so that there are
   *     no more than these. 0 for as many as the cluster runs tasks at once
   */
  public ClusterMerge withParts(int count) {
    return new ClusterMerge(spark, a, b, options, models, normalization, samples, count, listener);
  }

  /** The same telling somebody how far it is. */
  public ClusterMerge withListener(MergeListener other) {
    return new ClusterMerge(spark, a, b, options, models, normalization, samples, parts, other);
  }

  /**
   * Merges.
   *
   * @throws InvalidInputException if the networks or images cannot be read, or this cannot be done
   *     on a cluster; what is wrong and what to do
   * @throws io.github.pleas.PleasException if something else fails that a user can act on
   */
  public MergedOnCluster run(ClusterData data) {
    requireSupported(options, models);
    return run(data, Originals.read(a, b, models, options, OperatorRules.standard(), listener));
  }

  /**
   * Refuses what cannot be merged on a cluster, whatever the networks are.
   *
   * @throws InvalidInputException what it is, and what to do
   */
  static void requireSupported(MergeOptions options, ModelOptions models) {
    InParts.require(options, models.device());
    if (!models.libraries().isEmpty()) {
      throw new InvalidInputException(
          "operators of one's own (--custom-ops) are not loaded on a cluster; merge on one"
              + " machine");
    }
  }

  /** Merges originals that were read as this reads them. */
  MergedOnCluster run(ClusterData data, Originals originals) {
    TrafficListener traffic = new TrafficListener();
    spark.sc().addSparkListener(traffic);
    try {
      return run(data, originals, traffic);
    } finally {
      spark.sc().removeSparkListener(traffic);
    }
  }

  private MergedOnCluster run(ClusterData data, Originals originals, TrafficListener traffic) {
    InParts.require(options, originals.prepared(), models.device());
    Preprocessing preprocessing = normalization.preprocessing(originals.a(), "");
    ClusterImages images = data.open(spark);
    List<ClusterImages.Domain> domains = images.domains();
    List<DomainDraw> draws = new ArrayList<>();
    for (ClusterImages.Domain domain : domains) {
      draws.add(DomainDraw.of(domain.name(), domain.size(), samples, options.seed(), draws.size()));
    }
    Broadcast<JobSettings> settings =
        spark.broadcast(settings(preprocessing, Executors.await(spark)));
    ClusterLoading loading = new ClusterLoading(spark, options, slots(), listener);
    try (ClusterLoading.Loaded loaded = loading.load(images, draws, originals, settings)) {
      MergeResult result =
          originals.merger().merge(originals.prepared(), loaded.first(), loaded.parts(), listener);
      return new MergedOnCluster(
          originals,
          loaded.first(),
          new Provenance(
              originals.inputs(domains.stream().map(ClusterImages.Domain::input).toList()),
              options),
          result,
          notes(),
          loaded.draws().stream().flatMap(draw -> draw.skipped().stream()).toList(),
          loaded.sizes(),
          domains,
          traffic::traffic);
    } finally {
      settings.destroy();
    }
  }

  private JobSettings settings(Preprocessing preprocessing, int executors) {
    int together = (slots() + executors - 1) / executors;
    return new JobSettings(
        UUID.randomUUID().toString(),
        ModelCopy.of(a),
        ModelCopy.of(b),
        new MergeForm(models, options),
        preprocessing,
        new HadoopSettings(spark.hadoopConfiguration()),
        spark.getConf().getInt("spark.task.cpus", 1),
        options.memory().bytes() / Math.max(1, together));
  }

  private int slots() {
    return Math.max(1, parts > 0 ? parts : spark.defaultParallelism());
  }

  private List<String> notes() {
    List<String> warnings = new ArrayList<>();
    if (spark.getConf().getTimeAsSeconds("spark.locality.wait", "3s") < 20) {
      warnings.add(
          "spark.locality.wait is short: an executor that is idle takes another one's part, and"
              + " computes it anew. Set it to 30s");
    }
    if (spark.getConf().getBoolean("spark.speculation", false)) {
      warnings.add(
          "spark.speculation is on: parts are computed anew where they are not held. Set it to"
              + " false");
    }
    return warnings;
  }
}
