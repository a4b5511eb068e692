package io.github.pleas.network;

import io.github.pleas.InvalidInputException;

/**
 * How it is said that two networks are not of one architecture.
 *
 * @param a the first
 * @param b the second
 */
record Mismatch(Network a, Network b) {
  /** The error for a difference. */
  InvalidInputException of(String difference) {
    return new InvalidInputException(
        "%s and %s are not of one architecture: %s".formatted(a.source(), b.source(), difference));
  }
}
