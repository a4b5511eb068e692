package io.github.pleas.spark;

import io.github.pleas.InvalidInputException;
import io.github.pleas.api.Originals;
import io.github.pleas.cli.MergeElsewhere;
import io.github.pleas.merge.InParts;
import io.github.pleas.merge.MergeListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** The command's merge on a Spark cluster, which is only started when there is something to do. */
final class SparkElsewhere implements MergeElsewhere, AutoCloseable {
  private static final String PARTS = "spark.pleas.parts";

  private final SparkConf settings;
  private Optional<JavaSparkContext> context = Optional.empty();
  private Optional<Traffic> traffic = Optional.empty();

  SparkElsewhere(SparkConf settings) {
    this.settings =
        settings
            .setIfMissing("spark.app.name", "pleas merge")
            // Parts are computed where they are held: an idle executor must not take them soon.
            // Those of a lost one wait as long, before others make them anew.
            .setIfMissing("spark.locality.wait", "30s");
  }

  @Override
  public void check(Asked asked, Path out) {
    ClusterMerge.requireSupported(asked.options(), asked.models());
    MergedOnCluster.requireOnnx(out);
    long tables = asked.data().stream().filter(SparkElsewhere::isTable).count();
    if (tables > 0 && tables < asked.data().size()) {
      throw new InvalidInputException(
          "--data: one is a table of Parquet and one a folder; give two of a kind, or one for"
              + " both");
    }
  }

  private static boolean isTable(String data) {
    return data.toLowerCase(Locale.ROOT).replaceAll("/+$", "").endsWith(".parquet");
  }

  @Override
  public Merged merge(Originals originals, Asked asked, MergeListener listener) {
    InParts.require(asked.options(), originals.prepared(), asked.models().device());
    JavaSparkContext spark = context();
    MergedOnCluster merged =
        ClusterMerge.of(spark, originals.fileA(), originals.fileB(), asked.options())
            .withModels(asked.models())
            .withNormalization(asked.normalization())
            .withSamples(asked.samples())
            .withParts(settings.getInt(PARTS, 0))
            .withListener(listener)
            .run(data(spark, asked.data()), originals);
    traffic = Optional.of(merged.traffic());
    return new Merged(
        merged.result(),
        merged.first().samples(),
        merged.images(),
        merged.domains().stream().map(ClusterImages.Domain::size).toList(),
        merged.domains().stream().map(ClusterImages.Domain::input).toList(),
        merged.notes(),
        merged.skipped());
  }

  private static ClusterData data(JavaSparkContext spark, List<String> data) {
    if (!isTable(data.get(0))) {
      return ClusterData.folders(data);
    }
    SparkSession session = SparkSession.builder().sparkContext(spark.sc()).getOrCreate();
    return ClusterData.tables(
        data.stream().map(uri -> session.read().parquet(uri)).toList(), "image", "id");
  }

  private JavaSparkContext context() {
    if (context.isEmpty()) {
      context = Optional.of(new JavaSparkContext(settings));
    }
    return context.get();
  }

  /** What the merge moved over the network, once it is done. */
  Optional<Traffic> traffic() {
    return traffic;
  }

  @Override
  public void close() {
    context.ifPresent(JavaSparkContext::close);
  }
}
