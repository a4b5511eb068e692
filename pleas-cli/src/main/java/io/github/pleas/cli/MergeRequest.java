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
 * @param json the report's numbers
 * @param page the report as a page, if there is to be one
 * @param command the words of the command that asks for this, if there was one
 * @param resume where what is done is kept until all is done, if anywhere
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
    Path json,
    Optional<Path> page,
    Optional<List<String>> command,
    Optional<Path> resume) {
  MergeRequest {
    data = List.copyOf(data);
    command = command.map(List::copyOf);
  }

  /** A request without a page. */
  MergeRequest(
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
    this(
        a,
        b,
        data,
        options,
        samples,
        images,
        measure,
        probe,
        precision,
        out,
        json,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same, with a folder in which what is done is kept. */
  MergeRequest withResume(Optional<Path> folder) {
    return new MergeRequest(
        a, b, data, options, samples, images, measure, probe, precision, out, json, page, command,
        folder);
  }

  /**
   * The same with a page.
   *
   * @param file the page
   * @param words the command that asks for all this
   */
  MergeRequest withPage(Optional<Path> file, List<String> words) {
    return new MergeRequest(
        a,
        b,
        data,
        options,
        samples,
        images,
        measure,
        probe,
        precision,
        out,
        json,
        file,
        Optional.of(words),
        resume);
  }

  /** The same without a page. */
  MergeRequest withoutPage() {
    return at(options, out, json);
  }

  /** The same merged otherwise, and written elsewhere, without a page. */
  MergeRequest at(MergeOptions other, Path file, Path report) {
    return new MergeRequest(
        a,
        b,
        data,
        other,
        samples,
        images,
        measure,
        probe,
        precision,
        file,
        report,
        Optional.empty(),
        command,
        resume);
  }

  /** Where the images are. */
  Path[] dataPaths() {
    return data.stream().map(DataLocation::path).toArray(Path[]::new);
  }

  boolean separateLabels() {
    return options.heads().separate();
  }
}
