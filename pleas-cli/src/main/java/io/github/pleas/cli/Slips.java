package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;

import io.github.pleas.data.SampleSet;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluation.Subject;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.Network;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What may be meant but looks like a slip: classes of two kinds under one head, a network given
 * twice, an original that guesses on what should be its own images. It is told, not refused.
 */
final class Slips {
  /** An original this many times better than guessing has learned something of its images. */
  private static final double GUESSING = 1.5;

  private final Consumer<String> notes;

  /**
   * Looks for slips.
   *
   * @param notes where they are told
   */
  Slips(Consumer<String> notes) {
    this.notes = notes;
  }

  /**
   * Tells of networks that are the same file.
   *
   * @param inputs of the merge, of which {@code a} and {@code b} are the networks
   */
  void networks(Map<String, Provenance.Input> inputs) {
    Provenance.Input a = requireNonNull(inputs.get("a"));
    Provenance.Input b = requireNonNull(inputs.get("b"));
    if (a.digest().equals(b.digest())) {
      notes.accept(
          "A and B are the same network (%s and %s have one digest), and the merged one is that again"
              .formatted(a.name(), b.name()));
    }
  }

  /** Tells of data whose classes have other names, where both networks should have the same. */
  void classes(List<SampleSet> sets, boolean separate) {
    if (separate || sets.size() != 2 || !sets.stream().allMatch(SampleSet::isLabelled)) {
      return;
    }
    List<String> a = sets.get(0).classes();
    List<String> b = sets.get(1).classes();
    for (int c = 0; c < Math.min(a.size(), b.size()); c++) {
      if (!a.get(c).equals(b.get(c))) {
        notes.accept(
            "class %d is '%s' in %s and '%s' in %s, though --labels shared says that both networks have the same classes; if they do not, say --labels separate"
                .formatted(c, a.get(c), sets.get(0).name(), b.get(c), sets.get(1).name()));
        return;
      }
    }
  }

  /** Tells of originals that do no better than guessing on their own domain. */
  void originals(Evaluation evaluation, Network a, Network b) {
    List<String> domains = evaluation.domains();
    original(evaluation, Subject.A, domains.get(0), a);
    original(evaluation, Subject.B, domains.get(domains.size() - 1), b);
  }

  private void original(Evaluation evaluation, Subject subject, String domain, Network network) {
    double guess = 1.0 / LabelledData.classes(network);
    Optional<Accuracy> own =
        evaluation
            .row(subject)
            .flatMap(row -> Optional.ofNullable(row.byDomain().get(domain)))
            .filter(accuracy -> accuracy.images() > 0);
    own.filter(accuracy -> accuracy.rate() < GUESSING * guess && accuracy.interval().low() <= guess)
        .ifPresent(
            accuracy ->
                notes.accept(
                    String.format(
                        Locale.ROOT,
                        "%s is right on %.1f %% of %s, and guessing on %.1f %%: check that the first --data is A's and the second B's, that the class folders are in the order of the outputs, and that --mean, --std and --resize are what it was trained with",
                        network.source(),
                        100 * accuracy.rate(),
                        domain,
                        100 * guess)));
  }
}
