package io.github.pleas.matching;

import io.github.pleas.InvalidInputException;

/**
 * How freely units are zipped.
 *
 * @param alpha what the similarity of a merged unit is multiplied with at each merge, 0 to 1: the
 *     smaller, the rarer are merged units of more than two; at 0 they come last
 * @param beta how many of the merges may put two units of one network together, 0 (none) to 1 (all)
 */
public record ZipOptions(double alpha, double beta) {
  /** Free merging. */
  public static final ZipOptions DEFAULT = new ZipOptions(0.5, 1);

  public ZipOptions {
    if (!(alpha >= 0 && alpha <= 1) || !(beta >= 0 && beta <= 1)) {
      throw new InvalidInputException(
          "zipping: expected alpha and beta from 0 to 1, found %s and %s".formatted(alpha, beta));
    }
  }
}
