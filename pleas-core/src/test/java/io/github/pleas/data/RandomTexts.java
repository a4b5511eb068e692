package io.github.pleas.data;

import io.github.pleas.network.TokenMask;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Texts of random tokens, as a tokenizer would give them, filled up to a length.
 *
 * @param ids the tokens of each text
 * @param length to which they are filled up
 * @param padding the token that fills up
 */
public record RandomTexts(int[][] ids, int length, int padding) implements Samples {
  /** Texts of 2 to {@code longest} tokens. */
  public static RandomTexts of(int count, int vocabulary, int longest, int length, long seed) {
    Random random = new Random(seed);
    int[][] ids = new int[count][];
    for (int i = 0; i < count; i++) {
      ids[i] = random.ints(2 + random.nextInt(longest - 1), 1, vocabulary).toArray();
    }
    return new RandomTexts(ids, length, 0);
  }

  /** The same texts, their tokens numbered from another number on than 0. */
  public RandomTexts numberedFrom(int first) {
    int[][] moved =
        Arrays.stream(ids)
            .map(own -> Arrays.stream(own).map(id -> id + first).toArray())
            .toArray(int[][]::new);
    return new RandomTexts(moved, length, padding + first);
  }

  /** The same texts, filled up to another length or with another token. */
  public RandomTexts padded(int to, int with) {
    return new RandomTexts(ids, to, with);
  }

  @Override
  public int size() {
    return ids.length;
  }

  @Override
  public boolean isLabelled() {
    return false;
  }

  @Override
  public int label(int i) {
    throw new IllegalStateException("no labels");
  }

  @Override
  public List<String> skipped() {
    return List.of();
  }

  @Override
  public TokenMask tokens() {
    return (sample, token) -> token < ids[sample].length;
  }

  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    for (int i = first; i < first + count; i++) {
      for (int t = 0; t < length; t++) {
        boolean real = t < ids[i].length;
        target.put(
            switch (input) {
              case "input_ids" -> real ? ids[i][t] : padding;
              case "attention_mask" -> real ? 1 : 0;
              default -> 0;
            });
      }
    }
  }

  @Override
  public void close() {}
}
