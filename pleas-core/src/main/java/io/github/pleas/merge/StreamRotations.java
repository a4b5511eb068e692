package io.github.pleas.merge;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.ArchitectureMatcher;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.StreamRotation;
import io.github.pleas.symmetry.SymmetryAnalysis;

/**
 * The residual streams of two networks, which may be rotated before units are matched: B's is
 * brought as close to A's as a rotation can, and then is matched like any other group.
 *
 * @param a the first network's
 * @param b the second's
 */
record StreamRotations(StreamRotation a, StreamRotation b) {
  /**
   * The rotations of two networks in the same names, both proven on random input.
   *
   * @throws InvalidInputException if a stream cannot be rotated: where not
   */
  static StreamRotations of(
      ArchitectureMatcher.Aligned networks,
      SymmetryAnalysis analysis,
      OrtRuntime runtime,
      long seed) {
    return new StreamRotations(
        of(networks.a(), analysis, runtime, seed), of(networks.b(), analysis, runtime, seed));
  }

  private static StreamRotation of(
      Network network, SymmetryAnalysis analysis, OrtRuntime runtime, long seed) {
    StreamRotation rotation = StreamRotation.of(network, analysis.analyse(network));
    double error = rotation.error(runtime, network, seed);
    if (!(error <= SelfCheck.TOLERANCE)) {
      throw new InvalidInputException(
          "%s: a rotation of its residual stream changes the outputs on random input by %.1e of the largest, where rounding explains %.0e. Leave --stream orthogonal out"
              .formatted(network.source(), error, SelfCheck.TOLERANCE));
    }
    return rotation;
  }

  /** Both networks, their normalisations without scale and offset. */
  ArchitectureMatcher.Aligned plain() {
    return new ArchitectureMatcher.Aligned(a.network(), b.network());
  }
}
