package io.github.pleas.merge;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Vocabularies;
import io.github.pleas.fit.AdamOptions;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.PublishedOptions;
import io.github.pleas.layout.Heads;
import io.github.pleas.matching.ZipOptions;
import io.github.pleas.merge.MergeOptions.MatchOn;
import io.github.pleas.merge.MergeOptions.StreamMap;
import java.util.Optional;

/**
 * A method by name, and what is changed in it, as users write it: on the command line, or in an
 * experiment's file.
 *
 * @param method the method
 * @param match what units are paired up by, if not the method's
 * @param stream what is found for residual streams, if not a permutation
 * @param fit how weights are found, if not the method's
 * @param heads how heads are found, if not the method's
 * @param zipAlpha see {@link ZipOptions}
 * @param zipBeta see {@link ZipOptions}
 * @param targets whose features the published objective fits
 * @param solver how it is minimised
 * @param steps how many steps Adam takes
 */
public record MethodSettings(
    MergeMethod method,
    Optional<MatchOn> match,
    Optional<StreamMap> stream,
    Optional<FitMethod> fit,
    Optional<HeadFit> heads,
    Optional<Double> zipAlpha,
    Optional<Double> zipBeta,
    Optional<PublishedOptions.Targets> targets,
    Optional<Solver> solver,
    Optional<Integer> steps) {

  /** How the published objective is minimised. */
  public enum Solver {
    /** In closed form. */
    CLOSED,
    /** By the paper's gradient steps. */
    ADAM
  }

  /** A method as it is. */
  public static MethodSettings of(MergeMethod method) {
    return new MethodSettings(
        method,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** What units are paired up by. */
  public MatchOn matched() {
    return match.orElse(method.match());
  }

  /**
   * These settings as options with everything merged.
   *
   * @param outputs one shared head, or one for each original
   * @param seed where everything random is drawn from
   * @param prefix what stands before a setting's name where the user writes it, for messages
   * @throws InvalidInputException if settings contradict each other, or say something of what is
   *     not done
   */
  public MergeOptions options(Heads outputs, long seed, String prefix) {
    require(
        outputs.separate() || heads.orElse(method.heads()) != HeadFit.TASKS,
        prefix
            + "heads tasks: with shared labels there is one head for both; leave it out, or use original");
    return MergeOptions.of(MergeMethod.PLEAS, outputs)
        .withFit(fit(!outputs.separate(), seed, prefix))
        .withMatch(matched())
        .withStream(stream.orElse(StreamMap.PERMUTATION))
        .withZip(zip(prefix))
        .withSeed(seed);
  }

  /**
   * These settings for networks of which each may read texts in a vocabulary of its own.
   *
   * @param vocabularies theirs, if they differ
   * @throws InvalidInputException as {@link #options(Heads, long, String)}, or if they say what is
   *     not done between vocabularies
   */
  public MergeOptions options(
      Heads outputs, Optional<Vocabularies> vocabularies, long seed, String prefix) {
    require(
        vocabularies.isEmpty()
            || !outputs.separate()
            || heads.orElse(HeadFit.TASKS) != HeadFit.JOINT,
        prefix
            + "heads joint: the tokenizers differ, and a text is read in one vocabulary, for one head, so that there is nothing to decide between both; leave it out, or use tasks");
    return options(outputs, seed, prefix).withVocabularies(vocabularies);
  }

  private ZipOptions zip(String prefix) {
    require(
        matched() == MatchOn.ZIP || zipAlpha.isEmpty() && zipBeta.isEmpty(),
        "%szip-alpha and %szip-beta: say how units are zipped; give %smethod zipit, too"
            .formatted(prefix, prefix, prefix));
    return new ZipOptions(
        zipAlpha.orElse(ZipOptions.DEFAULT.alpha()), zipBeta.orElse(ZipOptions.DEFAULT.beta()));
  }

  private FitOptions fit(boolean sharedLabels, long seed, String prefix) {
    FitMethod used = fit.orElse(method.fit());
    require(
        used == FitMethod.PUBLISHED || targets.isEmpty() && solver.isEmpty(),
        "%stargets and %ssolver: say how the published objective is minimised; give %sfit published, too"
            .formatted(prefix, prefix, prefix));
    boolean adam = solver.isPresent() && solver.get() == Solver.ADAM;
    require(
        adam || steps.isEmpty(),
        "%ssteps: says how many steps Adam takes; give %ssolver adam, too"
            .formatted(prefix, prefix));
    AdamOptions usual = AdamOptions.published(seed);
    PublishedOptions published = PublishedOptions.DEFAULT;
    return FitOptions.of(used, heads.orElse(method.heads()), sharedLabels)
        .withPublished(
            new PublishedOptions(
                targets.orElse(published.targets()),
                published.ridge(),
                adam ? Optional.of(steps.map(usual::withSteps).orElse(usual)) : Optional.empty()));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidInputException(message);
    }
  }
}
