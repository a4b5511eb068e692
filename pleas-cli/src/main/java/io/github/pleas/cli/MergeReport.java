package io.github.pleas.cli;

import io.github.pleas.data.Preprocessing;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Provenance;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is to be told about a merge.
 *
 * @param request what was asked
 * @param versions of this program and of what it stands on, by name
 * @param provenance inputs and their digests
 * @param result the merged network
 * @param evaluation accuracies, where there are labels
 * @param preprocessing what images went through
 * @param calibration calibration images of each domain
 * @param warnings what the user should know
 * @param skipped a message for each image that could not be read
 * @param seconds time of each stage, in order
 * @param output the merged network's file, once it is complete
 */
record MergeReport(
    MergeRequest request,
    Map<String, String> versions,
    Provenance provenance,
    MergeResult result,
    Optional<Evaluation> evaluation,
    Preprocessing preprocessing,
    List<Integer> calibration,
    List<String> warnings,
    List<String> skipped,
    Map<String, Double> seconds,
    Optional<Output> output) {

  /**
   * The merged network's file.
   *
   * @param bytes its size
   * @param sha256 its digest
   * @param error largest relative difference between the file, loaded afresh, and the network in
   *     memory
   */
  record Output(long bytes, String sha256, double error) {}

  /** This, once the file is complete. */
  MergeReport withOutput(Output file) {
    return new MergeReport(
        request,
        versions,
        provenance,
        result,
        evaluation,
        preprocessing,
        calibration,
        warnings,
        skipped,
        seconds,
        Optional.of(file));
  }

  double totalSeconds() {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
