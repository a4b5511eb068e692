package io.github.pleas.network;

import io.github.pleas.runtime.Frontier;
import java.util.Optional;

/**
 * What an original reads of the samples, where that is not what the merged network reads: texts as
 * its own tokenizer cuts them.
 */
public interface OriginalFeed extends Frontier.Feed {
  /**
   * From the original's tokens of a sample to those that the merged network reads; empty where both
   * are the same.
   */
  Optional<TokenMap> tokens(int sample);

  /** These samples and then others. */
  default OriginalFeed followedBy(OriginalFeed others, int size) {
    OriginalFeed first = this;
    return new OriginalFeed() {
      @Override
      public Optional<TokenMap> tokens(int sample) {
        return sample < size ? first.tokens(sample) : others.tokens(sample - size);
      }

      @Override
      public void copyTo(String input, int from, int count, java.nio.FloatBuffer target) {
        int ofFirst = Math.max(0, Math.min(count, size - from));
        if (ofFirst > 0) {
          first.copyTo(input, from, ofFirst, target);
        }
        if (ofFirst < count) {
          others.copyTo(input, Math.max(from, size) - size, count - ofFirst, target);
        }
      }
    };
  }
}
