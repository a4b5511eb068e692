package io.github.pleas.spark;

import io.github.pleas.data.Dataset;
import io.github.pleas.merge.Provenance;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Files of folders on any Hadoop file system: each executor reads those of its parts. */
final class FolderImages implements ClusterImages {
  private final JavaSparkContext spark;
  private final List<Dataset> sets;

  /**
   * Images of folders.
   *
   * @param sets whose images are described by their URIs
   */
  FolderImages(JavaSparkContext spark, List<Dataset> sets) {
    this.spark = spark;
    this.sets = List.copyOf(sets);
  }

  @Override
  public List<Domain> domains() {
    return sets.stream()
        .map(
            set ->
                new Domain(
                    set.name(), set.size(), Provenance.Input.ofListing(set.name(), set.digest())))
        .toList();
  }

  @Override
  public JavaRDD<PartSource> parted(List<List<Integer>> chosen, List<Range> ranges) {
    List<String> uris = new ArrayList<>();
    for (int domain = 0; domain < chosen.size(); domain++) {
      for (int place : chosen.get(domain)) {
        uris.add(sets.get(domain).describe(place));
      }
    }
    List<PartSource> sources = new ArrayList<>();
    for (Range range : ranges) {
      sources.add(
          new PartSource.Files(
              sources.size(), range.first(), uris.subList(range.first(), range.end())));
    }
    return spark.parallelize(sources, sources.size());
  }
}
