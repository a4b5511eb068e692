package io.github.pleas.data;

import io.github.pleas.network.TokenMap;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where in a text its tokens stand. Special tokens, which a tokenizer puts around a text, stand
 * nowhere: their start is their end.
 *
 * @param starts for each token its first character, in code points
 * @param ends for each token the one behind its last
 */
record TokenSpans(int[] starts, int[] ends) {
  int size() {
    return starts.length;
  }

  private boolean isText(int token) {
    return ends[token] > starts[token];
  }

  /** The end of the last token that stands in the text; 0 if none does. */
  int end() {
    return Arrays.stream(ends).max().orElse(0);
  }

  /** The first token that stands in the text; behind the last if none does. */
  private int firstOfText() {
    return IntStream.range(0, size()).filter(this::isText).findFirst().orElse(size());
  }

  /** How many tokens stand behind the text. */
  private int behindText() {
    int last = size();
    while (last > 0 && !isText(last - 1)) {
      last--;
    }
    return last == 0 ? 0 : size() - last;
  }

  /**
   * From another cut of the same text to this one: a token of the text is the mean of those that
   * share characters with it, by how many they share; or that nearest to it, if none does. Special
   * tokens before the text correspond by their place from the start, those behind it from the end.
   */
  TokenMap from(TokenSpans other) {
    int[][] sources = new int[size()][];
    float[][] weights = new float[size()][];
    int before = firstOfText();
    int behind = size() - behindText();
    for (int t = 0; t < size(); t++) {
      if (t >= before && t < behind && isText(t)) {
        sources[t] = other.sharing(starts[t], ends[t]);
        weights[t] = other.shares(sources[t], starts[t], ends[t]);
      } else {
        sources[t] =
            t < before
                ? new int[] {other.leading(t)}
                : t >= behind ? new int[] {other.trailing(size() - 1 - t)} : sources[t - 1];
        weights[t] = t < before || t >= behind ? new float[] {1} : weights[t - 1];
      }
    }
    return new TokenMap(sources, weights);
  }

  private int overlap(int token, int start, int end) {
    return Math.max(0, Math.min(ends[token], end) - Math.max(starts[token], start));
  }

  private int[] sharing(int start, int end) {
    int[] sharing =
        IntStream.range(0, size()).filter(token -> overlap(token, start, end) > 0).toArray();
    return sharing.length > 0 ? sharing : new int[] {nearest(start)};
  }

  private float[] shares(int[] tokens, int start, int end) {
    int all = Arrays.stream(tokens).map(token -> overlap(token, start, end)).sum();
    float[] shares = new float[tokens.length];
    for (int k = 0; k < shares.length; k++) {
      shares[k] = all == 0 ? 1f / shares.length : (float) overlap(tokens[k], start, end) / all;
    }
    return shares;
  }

  private int nearest(int place) {
    int nearest = 0;
    int least = Integer.MAX_VALUE;
    for (int token = 0; token < size(); token++) {
      int distance = Math.abs(starts[token] - place);
      if (isText(token) && distance < least) {
        nearest = token;
        least = distance;
      }
    }
    return nearest;
  }

  private int leading(int place) {
    return Math.max(0, Math.min(place, firstOfText() - 1));
  }

  private int trailing(int fromEnd) {
    return size() - 1 - Math.max(0, Math.min(fromEnd, behindText() - 1));
  }
}
