package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.api.CheckpointOutput;
import io.github.pleas.api.WrittenNetwork;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.Preparation;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Provenance;
import io.github.pleas.onnx.ModelFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Everything that is to be told about a merge.
 *
 * @param request what was asked
 * @param versions of this program and of what it stands on, by name
 * @param provenance inputs and their digests
 * @param result the merged network
 * @param evaluation accuracies, where there are labels
 * @param agreement of the merged network with the originals, on the test images where there are
 *     accuracies, else on the calibration images; none if nothing was to be measured
 * @param probes what linear probes reach, if they were asked for
 * @param preparation what images or texts went through
 * @param calibration calibration images of each domain
 * @param warnings what the user should know
 * @param skipped a message for each image that could not be read
 * @param seconds time of each stage, in order
 * @param heldOut whether the agreement is that on texts which were not merged on
 * @param seen what was seen on the way
 * @param output the merged network's file, once it is complete
 */
record MergeReport(
    MergeRequest request,
    Map<String, String> versions,
    Provenance provenance,
    MergeResult result,
    Optional<Evaluation> evaluation,
    Optional<Agreement.Measured> agreement,
    List<Probes.Probed> probes,
    Preparation preparation,
    List<Integer> calibration,
    List<String> warnings,
    List<String> skipped,
    Map<String, Double> seconds,
    boolean heldOut,
    Seen seen,
    Optional<Output> output) {

  /**
   * The merged network's file.
   *
   * @param bytes its size
   * @param sha256 its digest
   * @param data the file beside it that holds its large tensors, if it has more than 2 GB
   * @param precision of its weights
   * @param error largest relative difference between the file, loaded afresh, and the network in
   *     memory; of a checkpoint of 16 bits, before its values are rounded
   * @param rounding largest relative difference that rounding to 16 bits makes, where it was done
   * @param macs multiply-accumulates for one image, counted from the file
   * @param parameters numbers in parameters, counted from the file
   * @param latency how long it takes, where the budget is in time
   */
  record Output(
      long bytes,
      String sha256,
      Optional<AtomicFile.Beside> data,
      Precision precision,
      double error,
      OptionalDouble rounding,
      long macs,
      long parameters,
      Optional<Latency> latency) {
    static Output of(WrittenNetwork file, Optional<Latency> latency) {
      return new Output(
          file.bytes(),
          file.sha256(),
          file.data(),
          file.precision(),
          file.error(),
          file.rounding(),
          file.macs(),
          file.parameters(),
          latency);
    }
  }

  /** This, once the file is complete. A count that is not the plan's is worth a warning. */
  MergeReport withOutput(Output file) {
    List<String> notes = new ArrayList<>(warnings);
    if (file.macs() != result.cost().macs()) {
      notes.add(
          format(
              "the file costs %,d multiply-accumulates, where %,d were planned",
              file.macs(), result.cost().macs()));
    }
    if (file.parameters() != result.cost().parameters()) {
      notes.add(
          format(
              "the file has %,d parameters, where %,d were planned",
              file.parameters(), result.cost().parameters()));
    }
    overrun(file).ifPresent(notes::add);
    rounded(file).ifPresent(notes::add);
    if (!CheckpointOutput.isAsked(request.out())) {
      notes.addAll(Paths.olderData(new ModelFiles(request.out(), file.data())));
    }
    file.latency()
        .filter(latency -> latency.exceeds(result.plan()))
        .ifPresent(
            latency ->
                notes.add(
                    format(
                        "the file takes %.2f times as long as an original, more than the budget; what else the machine does may be why. Measure again when it is idle, or give a smaller budget",
                        latency.relative())));
    return new MergeReport(
        request,
        versions,
        provenance,
        result,
        evaluation,
        agreement,
        probes,
        preparation,
        calibration,
        List.copyOf(notes),
        skipped,
        seconds,
        heldOut,
        seen,
        Optional.of(file));
  }

  /** What rounding did, and of which network the accuracy is. */
  private Optional<String> rounded(Output file) {
    if (file.rounding().isEmpty()) {
      return Optional.empty();
    }
    if (!CheckpointOutput.isAsked(request.out())) {
      return Optional.of(
          format(
              "the weights are stored in %s; rounding them changes the outputs by %.1e (relative)",
              WordConverter.word(file.precision()), file.rounding().getAsDouble()));
    }
    return agreement.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s was measured of the merged network before its values were rounded to half precision; pleas eval measures the file"
                .formatted(evaluation.isPresent() ? "accuracy" : "agreement"));
  }

  /** What the file costs, counted from it, in the budget's kind; time is not counted. */
  OptionalLong counted() {
    return output.isEmpty() ? OptionalLong.empty() : counted(output.get());
  }

  private OptionalLong counted(Output file) {
    return switch (result.plan().asked().cost()) {
      case MACS -> OptionalLong.of(file.macs());
      case PARAMS -> OptionalLong.of(file.parameters());
      case LATENCY -> OptionalLong.empty();
    };
  }

  private Optional<String> overrun(Output file) {
    OptionalLong limit = result.plan().limit();
    OptionalLong found = counted(file);
    return limit.isPresent() && found.isPresent() && found.getAsLong() > limit.getAsLong()
        ? Optional.of(
            format(
                "the file costs %,d %s, more than the budget's %,d",
                found.getAsLong(),
                WordConverter.word(result.plan().asked().cost()),
                limit.getAsLong()))
        : Optional.empty();
  }

  /** The images that the agreement was measured on. */
  String agreementImages() {
    return evaluation.isPresent() || heldOut ? "test" : "calibration";
  }

  double totalSeconds() {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private static String format(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }
}
