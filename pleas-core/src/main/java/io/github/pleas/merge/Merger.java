package io.github.pleas.merge;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.data.InputSettings;
import io.github.pleas.data.MergedVocabulary;
import io.github.pleas.data.TextPreparation;
import io.github.pleas.journal.Journal;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.Heads;
import io.github.pleas.matching.Calibration;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.ZipMatcher;
import io.github.pleas.network.ArchitectureMatcher;
import io.github.pleas.network.JoinedVocabulary;
import io.github.pleas.network.Network;
import io.github.pleas.network.OutputHeads;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.GraphTimer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.QueryHeads;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.SymmetryAnalysis;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Merges two networks of one architecture: analyses their symmetry, runs both once over the
 * calibration images, matches units, lays out the merged network and fits its layers one by one.
 */
public final class Merger {
  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final SymmetryAnalysis analysis;
  private final GraphTimer timer;

  /** A merger with the rules of all operators that we know. */
  public Merger(OrtRuntime runtime, MergeOptions options) {
    this(runtime, options, OperatorRules.standard());
  }

  /**
   * A merger of networks with operators of one's own.
   *
   * @param rules for all operators through which units move
   */
  public Merger(OrtRuntime runtime, MergeOptions options, OperatorRules rules) {
    this(runtime, options, rules, GraphTimer.of(runtime));
  }

  /**
   * A merger that asks somebody else how long networks take.
   *
   * @param rules for all operators through which units move
   * @param timer asked where a budget is in time
   */
  public Merger(OrtRuntime runtime, MergeOptions options, OperatorRules rules, GraphTimer timer) {
    this.runtime = runtime;
    this.options = options;
    this.analysis = new SymmetryAnalysis(rules);
    this.timer = timer;
  }

  /**
   * Two networks ready for merging.
   *
   * @param a the first
   * @param b the second, in the first one's names
   * @param tails where the heads or tails of the first begin
   * @param checked the symmetry of the trunk, with what the self-check found
   * @param separability which of its unit groups may keep pairs separate
   * @param times how long they and merged networks take, as far as that was asked for
   * @param headless outputs that had no head and were given one, see {@link OutputHeads}
   * @param queries attentions whose query heads share heads of keys and values
   * @param streams where residual streams are to be rotated before they are matched: how they may
   */
  public record Prepared(
      Network a,
      Network b,
      Tails tails,
      SelfCheck.Checked checked,
      Separability separability,
      LatencyMeter times,
      List<String> headless,
      List<QueryHeads> queries,
      Optional<StreamRotations> streams) {
    public Prepared {
      headless = List.copyOf(headless);
      queries = List.copyOf(queries);
    }

    /** These with B's units in another order, or in another rotation. */
    Prepared withB(Network other) {
      return new Prepared(
          a, other, tails, checked, separability, times, headless, queries, streams);
    }
  }

  /**
   * The networks ready for merging, or the first reason why they cannot be; to be called before
   * images are read. Groups of units that the self-check refutes are merged as they stand, unit i
   * with unit i; {@link MergeResult#warnings} names them.
   *
   * @throws io.github.pleas.InvalidInputException if they are not of one architecture, or it has
   *     layers that cannot be merged, or no merged network has the size that is asked for
   */
  public Prepared align(Network first, Network second) {
    requireOneVocabulary(first);
    requireOneVocabulary(second);
    if (options.vocabularies().isPresent()) {
      requireTexts(first);
      requireTexts(second);
      JoinedVocabulary.Joined joined =
          JoinedVocabulary.of(
              first,
              TextPreparation.ids(first.inputs(), first.source()).name(),
              second,
              TextPreparation.ids(second.inputs(), second.source()).name());
      requireMeaning(first);
      requireMeaning(second);
      return aligned(joined.a(), joined.b());
    }
    return aligned(first, second);
  }

  /** Which of its tokens are whose would be lost. */
  private static void requireOneVocabulary(Network network) {
    if (!MergedVocabulary.of(network.graph().metadata(), network.source()).isEmpty()) {
      throw new InvalidInputException(
          "%s was merged of two networks with different vocabularies and reads both; a network that reads one can be merged, such as its originals"
              .formatted(network.source()));
    }
  }

  private static void requireTexts(Network network) {
    if (!InputSettings.readsTexts(network)) {
      throw new InvalidInputException(
          "two tokenizers that differ were given, which is for networks that read texts, and %s takes '%s'; leave them out"
              .formatted(network.source(), String.join("', '", network.inputNames())));
    }
  }

  /** Of one head for both, numbers that stand for words would stand for two words each. */
  private void requireMeaning(Network network) {
    int words =
        TextPreparation.ids(network.inputs(), network.source()).limit().orElse(Integer.MAX_VALUE);
    for (ValueInfo output : network.graph().outputs()) {
      ValueShape shape = network.shape(output.name());
      if (!options.heads().separate() && shape.dimension(shape.rank() - 1) == words) {
        throw new InvalidInputException(
            "output '%s' of %s has a number for each of its %d tokens, and the vocabularies differ: one output cannot mean both; give --labels separate"
                .formatted(output.name(), network.source(), words));
      }
    }
  }

  private Prepared aligned(Network a, Network b) {
    Heads heads = options.heads();
    ArchitectureMatcher.Aligned aligned =
        heads
            .fork()
            .map(node -> ArchitectureMatcher.align(a, b, node))
            .orElseGet(() -> ArchitectureMatcher.align(a, b, !heads.separate()));
    List<String> headless = List.of();
    if (heads.separate() && heads.fork().isEmpty()) {
      OutputHeads.Appended ofA = OutputHeads.append(aligned.a());
      OutputHeads.Appended ofB = OutputHeads.append(aligned.b());
      headless = ofA.outputs();
      aligned = new ArchitectureMatcher.Aligned(ofA.network(), ofB.network());
    }
    Optional<StreamRotations> streams = Optional.empty();
    Set<String> shared = new HashSet<>(aligned.shared());
    if (options.stream() == MergeOptions.StreamMap.ORTHOGONAL) {
      StreamRotations rotations = StreamRotations.of(aligned, analysis, runtime, options.seed());
      aligned = rotations.plain();
      shared.addAll(aligned.shared()); // scales are one in both now
      shared.removeAll(rotations.a().constants());
      streams = Optional.of(rotations);
    }
    ArchitectureBuilder.requireMergeable(aligned.a(), heads);
    ArchitectureBuilder.requireFreeOutputs(aligned.a(), aligned.b(), heads);
    Tails tails = Tails.of(aligned.a(), heads.fork());
    // What both share stays: no unit goes where such a constant holds other numbers.
    SymmetryAnalysis keeping = analysis.keeping(shared);
    SelfCheck.Checked checked =
        new SelfCheck(runtime)
            .check(
                tails.checkable(),
                tails.trunk(),
                keeping.analyse(tails.trunk()),
                keeping,
                options.seed());
    Separability separability = Separability.of(tails.trunk(), checked.symmetry(), tails.ends());
    if (options.match() == MergeOptions.MatchOn.ZIP) {
      ZipMatcher.requireDefined(separability);
    }
    List<QueryHeads> queries =
        QueryHeads.find(
            runtime, tails.checkable(), tails.trunk(), checked.symmetry(), shared, options.seed());
    LatencyMeter times = new LatencyMeter(aligned.a(), aligned.b(), separability, heads, timer);
    Prepared prepared =
        new Prepared(
            aligned.a(),
            aligned.b(),
            tails,
            checked,
            separability,
            times,
            headless,
            queries,
            streams);
    requirePossible(prepared, options.size());
    boolean ordered = options.match() == MergeOptions.MatchOn.WEIGHTS && streams.isEmpty();
    return ordered && !queries.isEmpty() ? Alignment.byWeights(prepared) : prepared;
  }

  /**
   * Refuses a size that no merged network of two can have, whatever its units are matched with, or
   * that memory does not allow.
   *
   * @throws io.github.pleas.InvalidInputException what is possible
   */
  public void requirePossible(Prepared networks, BudgetOptions size) {
    MemoryShares.of(options.memory(), networks, size.widening(), runtime.device());
    Matching unmatched = Matching.unmatched(networks.checked().symmetry());
    new SizePlanner(networks, unmatched, options, () -> {}).requirePossible(size);
  }

  /** What the smallest merged network of two costs, in originals: the least budget that is kept. */
  public double smallest(Prepared networks, BudgetOptions size) {
    Matching unmatched = Matching.unmatched(networks.checked().symmetry());
    return new SizePlanner(networks, unmatched, options, () -> {}).smallest(size);
  }

  /** Merges two networks. */
  public MergeResult merge(Prepared networks, Calibration images, MergeListener listener) {
    return merge(networks, images, Journal.NONE, listener);
  }

  /**
   * Merges two networks, or goes on with it.
   *
   * @param journal takes what is done, and gives what was done before the same merge (see {@link
   *     ResumeKey}) was stopped
   */
  public MergeResult merge(
      Prepared networks, Calibration images, Journal journal, MergeListener listener) {
    double widening = options.size().widening();
    try (MergeSession session = open(networks, images, widening, journal, listener)) {
      return session.mergeLast(session.plan(options.size(), listener), listener);
    }
  }

  /**
   * Merges two networks on images in parts, which others hold.
   *
   * @param images the first of them, as many as run together at least ({@link PartBatches}): they
   *     are run here, too
   * @param parts all of them, each a {@link MergePart} of the same options, networks and batches,
   *     and of the widening that the size asks for
   * @throws io.github.pleas.InvalidInputException if that cannot be done in parts
   */
  public MergeResult merge(
      Prepared networks, FirstImages images, ImageParts parts, MergeListener listener) {
    InParts.require(options, networks, runtime.device());
    double widening = options.size().widening();
    try (MergeSession session =
        new MergeSession(runtime, options, networks, images, parts, widening, listener)) {
      return session.mergeLast(session.plan(options.size(), listener), listener);
    }
  }

  /**
   * Runs two networks over the images and matches them, for merged networks of several sizes.
   *
   * @param widening how much wider than the originals' the widest merged layers may become, 1 to 2
   */
  public MergeSession open(
      Prepared networks, Calibration images, double widening, MergeListener listener) {
    return open(networks, images, widening, Journal.NONE, listener);
  }

  /**
   * The same, going on with what was done before.
   *
   * @param journal see {@link #merge(Prepared, Calibration, Journal, MergeListener)}
   */
  public MergeSession open(
      Prepared networks,
      Calibration images,
      double widening,
      Journal journal,
      MergeListener listener) {
    MergeSession.Purpose purpose = new MergeSession.Purpose(widening, false);
    return open(networks, images, purpose, journal, listener);
  }

  /**
   * The same, perhaps for more than merging.
   *
   * @param purpose what for
   * @param journal see {@link #merge(Prepared, Calibration, Journal, MergeListener)}
   */
  public MergeSession open(
      Prepared networks,
      Calibration images,
      MergeSession.Purpose purpose,
      Journal journal,
      MergeListener listener) {
    return new MergeSession(runtime, options, networks, images, purpose, journal, listener);
  }
}
