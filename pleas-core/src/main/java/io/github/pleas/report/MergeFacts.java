package io.github.pleas.report;

import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Provenance;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A merge, as far as its page tells of it.
 *
 * @param about what it has in common with others
 * @param file the merged network's file
 * @param result the merged network
 * @param evaluation accuracies, where there were labels
 * @param agreement with the originals, where it was measured
 * @param agreementImages what it was measured on, in a word: test or calibration
 * @param probes what linear probes reached, as sentences
 * @param stages time and memory, in order
 * @param memory the most memory that was in use, as a sentence
 * @param warnings what the user should know
 */
public record MergeFacts(
    About about,
    MergedFile file,
    MergeResult result,
    Optional<Evaluation> evaluation,
    Optional<Agreement.Measured> agreement,
    String agreementImages,
    List<String> probes,
    List<StageUse> stages,
    String memory,
    List<String> warnings) {
  public MergeFacts {
    probes = List.copyOf(probes);
    stages = List.copyOf(stages);
    warnings = List.copyOf(warnings);
  }

  /**
   * What merges of one pair have in common.
   *
   * @param made when, as users read it
   * @param command the command that makes it again; none where there was none
   * @param versions of this program and of what it stands on, by name
   * @param provenance the inputs with their digests, and how they were merged
   * @param settings every option, by name
   * @param classes the names of the merged head's classes: A's and then B's where labels are
   *     separate; empty where they are not known
   * @param images calibration images of each domain
   */
  public record About(
      String made,
      Optional<String> command,
      Map<String, String> versions,
      Provenance provenance,
      Map<String, String> settings,
      List<String> classes,
      List<Sample> images) {
    public About {
      classes = List.copyOf(classes);
      images = List.copyOf(images);
    }

    /** Whether each original has classes of its own. */
    public boolean separateLabels() {
      return provenance.options().heads().separate();
    }

    String name(String role) {
      Provenance.Input input = provenance.inputs().get(role);
      return input == null ? role : input.name();
    }
  }

  /**
   * The calibration images of a domain.
   *
   * @param used how many were used
   * @param available how many there are
   */
  public record Sample(int used, int available) {}

  /**
   * The merged network's file.
   *
   * @param name without folders
   * @param bytes its size, with that of its data if these lie beside it
   * @param sha256 its digest
   * @param precision of its weights, in a word
   * @param error the largest relative difference to the network in memory, loaded afresh
   * @param macs multiply-accumulates for an image, counted from it
   * @param parameters counted from it
   */
  public record MergedFile(
      String name,
      long bytes,
      String sha256,
      String precision,
      double error,
      long macs,
      long parameters) {}

  /** What the file costs, in originals. */
  double relativeCost() {
    return result.cost().relative(file.macs());
  }

  double totalSeconds() {
    return stages.stream().mapToDouble(StageUse::seconds).sum();
  }
}
