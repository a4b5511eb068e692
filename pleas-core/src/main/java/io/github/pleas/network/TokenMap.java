package io.github.pleas.network;

import java.util.Arrays;

/**
 * From the tokens of one cut of a text to those of another: each token of the second is the mean of
 * some tokens of the first, by weights that sum to one. A sparse matrix [tokens of the second,
 * tokens of the first].
 *
 * @param sources for each token of the second the tokens of the first that it is made of
 * @param weights for each of these its weight
 */
public record TokenMap(int[][] sources, float[][] weights) {
  /** Tokens of the second cut. */
  public int tokens() {
    return sources.length;
  }

  /** Whether it changes nothing: as many tokens, each made of that in its place. */
  public boolean isIdentity(int tokensOfFirst) {
    if (sources.length != tokensOfFirst) {
      return false;
    }
    for (int t = 0; t < sources.length; t++) {
      if (sources[t].length != 1 || sources[t][0] != t) {
        return false;
      }
    }
    return true;
  }

  /**
   * Applies it along one axis of an array; behind the last token of the second cut stand zeros.
   *
   * @param from [outer, length, inner], along the axis the first cut's tokens
   * @param length of the axis, in both arrays
   * @param inner elements of all axes behind it
   * @param to as large, filled with the second cut's
   */
  public void apply(float[] from, int length, int inner, float[] to) {
    int outer = from.length / (length * inner);
    for (int o = 0; o < outer; o++) {
      int base = o * length * inner;
      for (int t = 0; t < length; t++) {
        int at = base + t * inner;
        if (t >= sources.length) {
          Arrays.fill(to, at, at + inner, 0);
        } else if (sources[t].length == 1) {
          System.arraycopy(from, base + sources[t][0] * inner, to, at, inner);
        } else {
          mean(from, base, t, inner, to);
        }
      }
    }
  }

  private void mean(float[] from, int base, int token, int inner, float[] to) {
    int at = base + token * inner;
    for (int i = 0; i < inner; i++) {
      float sum = 0;
      for (int k = 0; k < sources[token].length; k++) {
        sum += weights[token][k] * from[base + sources[token][k] * inner + i];
      }
      to[at + i] = sum;
    }
  }
}
