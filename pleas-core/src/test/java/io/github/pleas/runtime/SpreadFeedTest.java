package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class SpreadFeedTest {
  @Test
  void givesWhatTheFeedGivesFromTheBuffersPositionOn() {
    Frontier.Feed feed =
        (input, first, count, target) -> {
          for (int sample = first; sample < first + count; sample++) {
            target.put(sample).put(input.length());
          }
        };
    ValueShape pairs = new ValueShape(new int[] {1, 2}, 0);
    try (Workers workers = new Workers(3)) {
      FloatBuffer target = FloatBuffer.allocate(10);
      target.put(-1);
      new SpreadFeed(feed, input -> pairs, workers).copyTo("abc", 5, 4, target);
      assertThat(target.position()).isEqualTo(9);
      assertThat(target.array()).containsExactly(-1, 5, 3, 6, 3, 7, 3, 8, 3, 0);
    }
  }
}
