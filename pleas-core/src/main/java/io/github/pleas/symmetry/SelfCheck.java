package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.runtime.OrtRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The analysis proves itself: all groups in random order, the same input, the same outputs. Where
 * they are not the same, the groups that are to blame are found by bisection and fixed, and the
 * analysis goes on without them.
 */
public final class SelfCheck {
  /** The largest relative error that rounding in single precision explains. */
  public static final double TOLERANCE = 1e-4;

  /** Noise that changes the outputs by a tenth of the error explains it. */
  private static final double NOISE_FACTOR = 10;

  private final OrtRuntime runtime;

  public SelfCheck(OrtRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * A symmetry that has been checked.
   *
   * @param symmetry what is left of it: where there are defects, their groups do not move
   * @param proof what the check found
   */
  public record Checked(Symmetry symmetry, Proof proof) {}

  /**
   * The largest error of an output of the permuted network, relative to the output's largest value.
   *
   * @param network the network
   * @param symmetry its symmetry
   * @param seed for the orders and the input
   */
  public double error(Network network, Symmetry symmetry, long seed) {
    return begin(network, symmetry, seed).error();
  }

  /**
   * Checks a symmetry, and fixes what it has wrong.
   *
   * @param network the network
   * @param found its symmetry
   * @param analysis how it was found; analyses again, with elements held, where there are defects
   * @param seed for the orders and the input
   */
  public Checked check(Network network, Symmetry found, SymmetryAnalysis analysis, long seed) {
    return check(network, network, found, analysis, seed);
  }

  /**
   * Checks a symmetry of a network without outputs, such as a trunk.
   *
   * @param runnable the same network with outputs that stay the same when its units are reordered
   * @param network the network that was analysed
   */
  public Checked check(
      Network runnable, Network network, Symmetry found, SymmetryAnalysis analysis, long seed) {
    Trial.Begun begun = begin(runnable, found, seed);
    Trial trial = begun.trial();
    double error = begun.error();
    List<String> silent = trial.silentOutputs();
    if (error <= TOLERANCE) {
      return new Checked(found, new Proof(error, OptionalDouble.empty(), error, List.of(), silent));
    }
    double noisy = trial.noisy();
    double limit = Math.max(TOLERANCE, NOISE_FACTOR * noisy);
    List<Defect> defects = new ArrayList<>();
    Symmetry left = found;
    Held held = Held.NONE;
    double remaining = error;
    for (int round = 0; !(remaining <= limit); round++) {
      if (round > found.groups().size()) {
        throw new IllegalStateException("groups that were fixed move again");
      }
      List<Defect> more = new Culprits(trial, runnable, left, limit, seed).find();
      defects.addAll(more);
      held =
          held.and(
              left,
              more.stream().map(Defect::group).toList(),
              "refuted by the self-check, a defect of the analysis");
      left = analysis.analyse(network, held);
      remaining = trial.error(left, Permutations.random(left, seed));
    }
    return new Checked(
        left, new Proof(error, OptionalDouble.of(noisy), remaining, defects, silent));
  }

  private Trial.Begun begin(Network network, Symmetry symmetry, long seed) {
    return Trial.begin(runtime, network, seed, symmetry, Permutations.random(symmetry, seed));
  }

  /** Random input may well give NaN or infinity, from a logarithm say; then both must. */
  static double relativeError(float[] expected, float[] found) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      if (Float.isFinite(expected[i])) {
        largest = Math.max(largest, Math.abs(expected[i]));
      }
      if (Float.compare(expected[i], found[i]) != 0) {
        double error = Math.abs((double) expected[i] - found[i]);
        difference = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(difference, error);
      }
    }
    return difference == 0 ? 0 : difference / Math.max(largest, Float.MIN_NORMAL);
  }
}
