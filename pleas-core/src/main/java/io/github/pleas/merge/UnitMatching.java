package io.github.pleas.merge;

import io.github.pleas.matching.Matching;
import io.github.pleas.matching.UnitComparison;
import io.github.pleas.matching.WeightMatcher;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.symmetry.Symmetry;
import java.util.HashSet;
import java.util.Set;

/** How the units of two networks are compared, as the options say. */
final class UnitMatching {
  /** What the sums of one pass may take of Java's memory, where units are compared. */
  private static final double SIMILARITY_SHARE = 0.25;

  private final Merger.Prepared networks;
  private final MergeOptions options;

  UnitMatching(Merger.Prepared networks, MergeOptions options) {
    this.networks = networks;
    this.options = options;
  }

  /** What the sums of one pass may take of Java's memory, in bytes. */
  static long memory() {
    return (long) (SIMILARITY_SHARE * Runtime.getRuntime().maxMemory());
  }

  /** Whether units are compared on activations. */
  boolean compares() {
    return options.match() == MergeOptions.MatchOn.ACTIVATIONS
        || options.match() == MergeOptions.MatchOn.ZIP;
  }

  /** On which values units are compared, where they are compared on activations. */
  UnitComparison comparison() {
    Network trunk = networks.tails().trunk();
    Symmetry symmetry = networks.checked().symmetry();
    Set<String> ends = networks.tails().ends();
    return options.match() == MergeOptions.MatchOn.ZIP
        ? UnitComparison.within(trunk, symmetry, ends)
        : UnitComparison.between(trunk, symmetry, ends);
  }

  /** The pairs by weights. */
  Matching onWeights() {
    Network trunk = networks.tails().trunk();
    Symmetry symmetry = networks.checked().symmetry();
    return new WeightMatcher(trunk, networks.b(), symmetry, ofOwnHeads()).match(options.seed());
  }

  /** The constants of heads whose labels are not the other original's, and of what is behind. */
  private Set<String> ofOwnHeads() {
    Set<String> own = new HashSet<>();
    Set<String> common = new HashSet<>();
    for (Node node : networks.a().graph().nodes()) {
      boolean tail = options.heads().separate() && networks.tails().isTail(node);
      (tail ? own : common).addAll(Subgraphs.reads(node));
    }
    own.removeAll(common);
    return own;
  }
}
