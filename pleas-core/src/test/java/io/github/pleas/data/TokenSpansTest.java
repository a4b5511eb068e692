package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.TokenMap;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Tokens of one cut of a text from those of another. */
class TokenSpansTest {
  /** Tokens one after another, of these lengths; 0 for special ones. */
  private static TokenSpans of(int... lengths) {
    int[] starts = new int[lengths.length];
    int[] ends = new int[lengths.length];
    int at = 0;
    for (int t = 0; t < lengths.length; t++) {
      starts[t] = lengths[t] == 0 ? 0 : at;
      at += lengths[t];
      ends[t] = lengths[t] == 0 ? 0 : at;
    }
    return new TokenSpans(starts, ends);
  }

  @Example
  void aWordIsTheMeanOfItsPiecesByTheirCharactersAndEachPieceIsTheWord() {
    TokenSpans whole = of(0, 3, 4, 0);
    TokenSpans pieces = of(0, 3, 1, 3, 0);
    TokenMap toWhole = whole.from(pieces);
    assertThat(toWhole.sources()).isDeepEqualTo(new int[][] {{0}, {1}, {2, 3}, {4}});
    assertThat(toWhole.weights()[2]).containsExactly(0.25f, 0.75f);
    assertThat(pieces.from(whole).sources()).isDeepEqualTo(new int[][] {{0}, {1}, {2}, {2}, {3}});
  }

  @Example
  void specialTokensGoToTheirCounterpartsFromTheStartAndFromTheEnd() {
    TokenSpans two = of(0, 0, 5, 0);
    TokenSpans one = of(0, 2, 3, 0, 0);
    assertThat(two.from(one).sources()).isDeepEqualTo(new int[][] {{0}, {0}, {1, 2}, {4}});
    assertThat(one.from(two).sources()).isDeepEqualTo(new int[][] {{0}, {2}, {2}, {3}, {3}});
    TokenSpans none = of(2, 3);
    assertThat(two.from(none).sources()).isDeepEqualTo(new int[][] {{0}, {0}, {0, 1}, {1}});
    assertThat(none.from(two).sources()).isDeepEqualTo(new int[][] {{2}, {2}});
  }

  @Example
  void whatTheOtherMakesNoTokenOfIsThatNearestToIt() {
    TokenSpans all = new TokenSpans(new int[] {0, 4, 6}, new int[] {4, 5, 9});
    TokenSpans some = new TokenSpans(new int[] {0, 6}, new int[] {4, 9});
    assertThat(all.from(some).sources()).isDeepEqualTo(new int[][] {{0}, {1}, {1}});
    assertThat(all.from(some).weights()).isDeepEqualTo(new float[][] {{1}, {1}, {1}});
  }

  @Property
  void weightsSumToOneAndACutOfItselfIsTheIdentity(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 5) Integer> first,
      @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 5) Integer> second) {
    TokenSpans a = of(first.stream().mapToInt(Integer::intValue).toArray());
    TokenSpans b = of(second.stream().mapToInt(Integer::intValue).toArray());
    TokenMap map = a.from(b);
    assertThat(map.tokens()).isEqualTo(a.size());
    for (int t = 0; t < map.tokens(); t++) {
      float sum = 0;
      for (int k = 0; k < map.weights()[t].length; k++) {
        sum += map.weights()[t][k];
        assertThat(map.sources()[t][k]).isBetween(0, b.size() - 1);
      }
      assertThat(sum).isBetween(0.9999f, 1.0001f);
    }
    TokenSpans text = of(first.stream().mapToInt(length -> length + 1).toArray());
    assertThat(text.from(text).isIdentity(text.size())).isTrue();
  }

  @Property
  void aValueThatIsTheSameForEveryTokenIsCarriedOverUnchangedAlongBothAxes(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 5) Integer> first,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 5) Integer> second) {
    TokenSpans a = of(first.stream().mapToInt(Integer::intValue).toArray());
    TokenSpans b = of(second.stream().mapToInt(Integer::intValue).toArray());
    int length = 9;
    float[] scores = new float[2 * length * length]; // [heads, tokens, tokens]
    for (int i = 0; i < scores.length; i++) {
      scores[i] = i < length * length ? 3 : 5;
    }
    float[] once = new float[scores.length];
    float[] twice = new float[scores.length];
    TokenMap map = a.from(b);
    map.apply(scores, length, length, once);
    map.apply(once, length, 1, twice);
    for (int head = 0; head < 2; head++) {
      for (int q = 0; q < length; q++) {
        for (int k = 0; k < length; k++) {
          float expected = q < a.size() && k < a.size() ? head == 0 ? 3 : 5 : 0;
          assertThat(twice[(head * length + q) * length + k])
              .isBetween(expected - 1e-5f, expected + 1e-5f);
        }
      }
    }
    assertThat(IntStream.range(0, map.tokens()).count()).isEqualTo(a.size());
  }
}
