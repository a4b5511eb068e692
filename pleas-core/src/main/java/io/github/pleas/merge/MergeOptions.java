package io.github.pleas.merge;

import com.sun.management.OperatingSystemMXBean;
import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.data.Vocabularies;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.matching.ZipOptions;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;

/**
 * How two networks are merged.
 *
 * @param heads one shared head, or one for each original
 * @param size how large the merged network is to be
 * @param layout how the layers of the written network are laid out
 * @param match on what units are matched
 * @param stream what is found for residual streams
 * @param zip how freely units are zipped, if they are
 * @param fit how weights are found
 * @param threads threads to use
 * @param memory the most that tensors that are kept, or the process as a whole, may take: by
 *     default a third of the machine's memory for tensors; beyond it they go to disk
 * @param seed where everything random is drawn from
 * @param vocabularies the networks' vocabularies, where each reads texts in one of its own
 */
public record MergeOptions(
    Heads heads,
    BudgetOptions size,
    Layout layout,
    MatchOn match,
    StreamMap stream,
    ZipOptions zip,
    FitOptions fit,
    int threads,
    MemoryLimit memory,
    long seed,
    Optional<Vocabularies> vocabularies) {
  /** A share of the machine's memory that leaves room for Java's, and for the networks. */
  private static final long MEMORY_SHARE = 3;

  /** On what units are matched. */
  public enum MatchOn {
    /** Correlation of activations on the calibration images. */
    ACTIVATIONS,
    /** Inner products of weights. */
    WEIGHTS,
    /** Nothing: unit i with unit i, as the files have them. */
    NONE,
    /**
     * Correlation of activations, within and between the networks, without the bound of pairs
     * (ZipIt!).
     */
    ZIP;

    /** How a budget is spread over the unit groups unless asked otherwise. */
    public AllocationMethod allocation() {
      return this == ZIP ? AllocationMethod.STAGES : AllocationMethod.PREDICTED;
    }
  }

  /** What is found for the residual streams of transformers. */
  public enum StreamMap {
    /** A permutation, as for all units. */
    PERMUTATION,
    /**
     * A rotation first, the one that brings B's stream closest to A's (orthogonal Procrustes), and
     * then a permutation.
     */
    ORTHOGONAL
  }

  public MergeOptions {
    if (stream == StreamMap.ORTHOGONAL && match != MatchOn.ACTIVATIONS) {
      throw new InvalidInputException(
          "a rotation of the residual stream is found on activations; give --match activations, or"
              + " leave --stream orthogonal out");
    }
    if (stream == StreamMap.ORTHOGONAL && heads.fork().isPresent()) {
      throw new InvalidInputException(
          "behind a fork the networks stay as they are, and would not see a residual stream that"
              + " was rotated; leave --fork-at or --stream orthogonal out");
    }
    if (match == MatchOn.ZIP && fit.method() != FitMethod.NONE) {
      throw new InvalidInputException(
          "zipped units are merged without a fit: give --method zipit or --fit none"
              + " (FitMethod.NONE)");
    }
    if (vocabularies.isPresent()) {
      requireCarriedOver(match, stream, fit);
      if (heads.separate() && fit.heads() == HeadFit.JOINT) {
        throw new InvalidInputException(
            "joint heads (--heads joint, HeadFit.JOINT) decide between the classes of both, but a"
                + " text is read in one vocabulary, for one head, where the tokenizers differ; use"
                + " tasks or original");
      }
    }
    boolean parts = size.budget().isEmpty() && size.fraction() > 0 && size.fraction() < 1;
    if (match == MatchOn.ZIP && parts) {
      throw new InvalidInputException(
          "a unit group is zipped as a whole or not at all; give a budget instead of the separate fraction %s"
              .formatted(size.fraction()));
    }
  }

  /**
   * The defaults: everything merged, matched on activations, the progressive fit.
   *
   * @param heads one shared head, or one for each original
   */
  public static MergeOptions defaults(Heads heads) {
    return of(MergeMethod.PLEAS, heads);
  }

  /**
   * What a method is, with everything merged.
   *
   * @param heads one shared head, or one for each original
   */
  public static MergeOptions of(MergeMethod method, Heads heads) {
    return new MergeOptions(
        heads,
        BudgetOptions.ofFraction(0).withAllocation(method.match().allocation()),
        Layout.AUTO,
        method.match(),
        StreamMap.PERMUTATION,
        ZipOptions.DEFAULT,
        FitOptions.of(method.fit(), method.heads(), !heads.separate()),
        Runtime.getRuntime().availableProcessors(),
        MemoryLimit.ofTensors(defaultMemory()),
        0,
        Optional.empty());
  }

  private static long defaultMemory() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize()
        / MEMORY_SHARE;
  }

  /** The same share of each group's pairs separate, from 0 to 1. */
  public MergeOptions withSeparateFraction(double fraction) {
    return withSize(BudgetOptions.ofFraction(fraction));
  }

  /** A network that costs at most so many originals. */
  public MergeOptions withBudget(double originals) {
    return withSize(size.withBudget(originals));
  }

  public MergeOptions withSize(BudgetOptions options) {
    return new MergeOptions(
        heads, options, layout, match, stream, zip, fit, threads, memory, seed, vocabularies);
  }

  public MergeOptions withLayout(Layout form) {
    return new MergeOptions(
        heads, size, form, match, stream, zip, fit, threads, memory, seed, vocabularies);
  }

  public MergeOptions withMatch(MatchOn on) {
    return new MergeOptions(
        heads, size, layout, on, stream, zip, fit, threads, memory, seed, vocabularies);
  }

  public MergeOptions withStream(StreamMap kind) {
    return new MergeOptions(
        heads, size, layout, match, kind, zip, fit, threads, memory, seed, vocabularies);
  }

  public MergeOptions withZip(ZipOptions how) {
    return new MergeOptions(
        heads, size, layout, match, stream, how, fit, threads, memory, seed, vocabularies);
  }

  public MergeOptions withFit(FitOptions options) {
    return new MergeOptions(
        heads, size, layout, match, stream, zip, options, threads, memory, seed, vocabularies);
  }

  public MergeOptions withThreads(int count) {
    return new MergeOptions(
        heads, size, layout, match, stream, zip, fit, count, memory, seed, vocabularies);
  }

  public MergeOptions withMemory(MemoryLimit limit) {
    return new MergeOptions(
        heads, size, layout, match, stream, zip, fit, threads, limit, seed, vocabularies);
  }

  /**
   * For networks that read texts in vocabularies of their own. A text is read in one of them, for
   * one head, so that the other's answer is none to dispute: joint heads of separate labels become
   * those of each task.
   *
   * @param own both vocabularies, if there are two
   * @throws InvalidInputException if it is merged by what cannot be done between vocabularies
   */
  public MergeOptions withVocabularies(Optional<Vocabularies> own) {
    boolean alone = own.isPresent() && heads.separate() && fit.heads() == HeadFit.JOINT;
    FitOptions fitted = alone ? fit.withHeads(HeadFit.TASKS) : fit;
    return new MergeOptions(
        heads, size, layout, match, stream, zip, fitted, threads, memory, seed, own);
  }

  /** Refuses what does not look at the originals through values that were carried over. */
  private static void requireCarriedOver(MatchOn match, StreamMap stream, FitOptions fit) {
    String what = "";
    if (match == MatchOn.ZIP) {
      what = "zipped units (--method zipit, --match zip) are means within a network, too";
    } else if (stream == StreamMap.ORTHOGONAL) {
      what = "residual streams are not rotated (--stream orthogonal) between vocabularies";
    } else if (fit.method() == FitMethod.PUBLISHED || fit.method() == FitMethod.REGMEAN) {
      what =
          "--fit %s takes what layers read from the originals, which read other tokens than the merged network"
              .formatted(fit.method().name().toLowerCase(Locale.ROOT));
    }
    if (!what.isEmpty()) {
      throw new InvalidInputException(
          "the tokenizers differ, and for networks of different vocabularies %s; give --method pleas, or another with --fit progressive or none and --match activations, weights or none"
              .formatted(what));
    }
  }

  public MergeOptions withSeed(long value) {
    return new MergeOptions(
        heads, size, layout, match, stream, zip, fit, threads, memory, value, vocabularies);
  }
}
