package io.github.pleas.cli;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.DataLocation;
import io.github.pleas.eval.ProbeSolver;
import io.github.pleas.merge.MergeOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the user asks to be merged.
 *
 * @param a the first original
 * @param b the second
 * @param data images: of A's domain and B's, or one set that serves both
 * @param options how to merge
 * @param samples calibration images a domain; 0 for all
 * @param images how images become input
 * @param measure whether to measure accuracy where there are labels
 * @param probe how linear probes are trained on frozen features, if they are
 * @param precision of the merged network's weights in its file
 * @param out the merged network
 * @param json the report
 */
record MergeRequest(
    Path a,
    Path b,
    List<DataLocation> data,
    MergeOptions options,
    int samples,
    ImageOptions images,
    boolean measure,
    Optional<ProbeSolver> probe,
    Precision precision,
    Path out,
    Path json) {
  MergeRequest {
    data = List.copyOf(data);
  }

  /** The same merged otherwise, and written elsewhere. */
  MergeRequest at(MergeOptions other, Path file, Path report) {
    return new MergeRequest(
        a, b, data, other, samples, images, measure, probe, precision, file, report);
  }

  /** Where the images are. */
  Path[] dataPaths() {
    return data.stream().map(DataLocation::path).toArray(Path[]::new);
  }

  boolean separateLabels() {
    return options.heads().separate();
  }
}
