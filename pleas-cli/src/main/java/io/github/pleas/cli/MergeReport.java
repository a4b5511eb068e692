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
 * @param provenance inputs and their digests
 * @param result the merged network
 * @param evaluation accuracies, where there are labels
 * @param preprocessing what images went through
 * @param calibration calibration images of each domain
 * @param warnings what the user should know
 * @param seconds time of each stage, in order
 * @param fileError largest relative difference between the written file and the network in memory
 * @param fileBytes size of the merged file
 */
record MergeReport(
    MergeRequest request,
    Provenance provenance,
    MergeResult result,
    Optional<Evaluation> evaluation,
    Preprocessing preprocessing,
    List<Integer> calibration,
    List<String> warnings,
    Map<String, Double> seconds,
    double fileError,
    long fileBytes) {

  double totalSeconds() {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
