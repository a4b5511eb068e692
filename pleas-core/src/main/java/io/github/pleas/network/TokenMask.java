package io.github.pleas.network;

/**
 * Which tokens of each sample are text, and which only fill it up to the common length. What fills
 * up is in no similarity, no moments and no measurement. Images have no tokens: all is real.
 */
@FunctionalInterface
public interface TokenMask {
  /** Where there is nothing that fills up. */
  TokenMask ALL = (sample, token) -> true;

  /**
   * Whether a token is text.
   *
   * @param sample which sample, by its index among all
   * @param token which token of it, from 0
   */
  boolean isReal(int sample, int token);
}
