package io.github.pleas.data;

import io.github.pleas.network.TokenMap;
import io.github.pleas.runtime.ModelInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Random words that two made-up tokenizers cut, each word into tokens of equal length.
 *
 * @param words of each text
 * @param inA the tokens of a word in A's vocabulary
 * @param inB its tokens in B's
 */
public record PairedWords(int[][] words, IntFunction<int[]> inA, IntFunction<int[]> inB) {
  private static final int CHARACTERS = 12;

  /** Texts of 2 to {@code longest} words from 1 on. */
  public static PairedWords of(
      int count, int all, int longest, long seed, IntFunction<int[]> inA, IntFunction<int[]> inB) {
    Random random = new Random(seed);
    int[][] words = new int[count][];
    for (int i = 0; i < count; i++) {
      words[i] = random.ints(2 + random.nextInt(longest - 1), 1, all).toArray();
    }
    return new PairedWords(words, inA, inB);
  }

  /**
   * The texts in A's tokens and in B's, as a merge sees them.
   *
   * @param inputs of the networks
   * @param length to which texts are filled up
   * @param padding by which
   * @param offset the number of B's token 0
   */
  public List<Samples> views(List<ModelInput> inputs, int length, int padding, int offset) {
    List<Optional<TokenMap>> toA = new ArrayList<>();
    List<Optional<TokenMap>> toB = new ArrayList<>();
    for (int[] text : words) {
      TokenSpans a = spans(text, inA);
      TokenSpans b = spans(text, inB);
      toA.add(Optional.of(a.from(b)).filter(map -> !map.isIdentity(b.size())));
      toB.add(Optional.of(b.from(a)).filter(map -> !map.isIdentity(a.size())));
    }
    PairedTexts texts =
        new PairedTexts(
            texts(inA, inputs, length, padding),
            texts(inB, inputs, length, padding),
            toA,
            toB,
            List.of());
    return List.of(new TextView(texts, true, offset), new TextView(texts, false, offset));
  }

  private static TokenSpans spans(int[] text, IntFunction<int[]> vocabulary) {
    IntStream.Builder starts = IntStream.builder();
    IntStream.Builder ends = IntStream.builder();
    for (int w = 0; w < text.length; w++) {
      int pieces = vocabulary.apply(text[w]).length;
      for (int k = 0; k < pieces; k++) {
        starts.add((w * pieces + k) * CHARACTERS / pieces);
        ends.add((w * pieces + k + 1) * CHARACTERS / pieces);
      }
    }
    return new TokenSpans(starts.build().toArray(), ends.build().toArray());
  }

  private Texts texts(
      IntFunction<int[]> vocabulary, List<ModelInput> inputs, int length, int padding) {
    int[][] ids =
        Arrays.stream(words)
            .map(text -> Arrays.stream(text).mapToObj(vocabulary).flatMapToInt(Arrays::stream))
            .map(IntStream::toArray)
            .toArray(int[][]::new);
    int[][] types = Arrays.stream(ids).map(own -> new int[own.length]).toArray(int[][]::new);
    return new Texts(
        "words",
        new TextInputs(inputs, "a network"),
        length,
        padding,
        0,
        ids,
        types,
        new int[0],
        List.of());
  }
}
