package io.github.pleas.data;

import io.github.pleas.network.OriginalFeed;
import io.github.pleas.network.OriginalFeeds;
import io.github.pleas.network.TokenMap;
import io.github.pleas.network.TokenMask;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Texts as the merged network reads them in one of two vocabularies: A's tokens by their numbers,
 * or B's, which count on from A's last. Each original reads its own tokens of the same texts, and
 * what the other computes is carried over to these.
 */
final class TextView implements Samples {
  private final Texts read;
  private final OriginalFeeds originals;
  private final List<String> notes;

  /**
   * A view.
   *
   * @param texts all of them
   * @param inA whether they are read in A's vocabulary
   * @param offset the number of B's token 0
   */
  TextView(PairedTexts texts, boolean inA, int offset) {
    Texts ofB = texts.b().numberedFrom(offset);
    this.read = inA ? texts.a() : ofB;
    this.originals =
        new OriginalFeeds(
            new Feed(texts.a(), inA ? Optional.empty() : Optional.of(texts.toB())),
            new Feed(ofB, inA ? Optional.of(texts.toA()) : Optional.empty()));
    // Both views are of the same texts: what there is to say is said once.
    this.notes = inA ? texts.notes() : List.of();
  }

  /**
   * What an original reads.
   *
   * @param texts its own tokens
   * @param maps from these to those of the view, if that is another's
   */
  private record Feed(Texts texts, Optional<List<Optional<TokenMap>>> maps)
      implements OriginalFeed {
    @Override
    public Optional<TokenMap> tokens(int sample) {
      return maps.flatMap(all -> all.get(sample));
    }

    @Override
    public void copyTo(String input, int first, int count, FloatBuffer target) {
      texts.copyTo(input, first, count, target);
    }
  }

  @Override
  public Optional<OriginalFeeds> originals() {
    return Optional.of(originals);
  }

  @Override
  public int size() {
    return read.size();
  }

  @Override
  public boolean isLabelled() {
    return read.isLabelled();
  }

  @Override
  public int label(int i) {
    return read.label(i);
  }

  @Override
  public List<String> skipped() {
    return List.of();
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public TokenMask tokens() {
    return read.tokens();
  }

  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    read.copyTo(input, first, count, target);
  }

  @Override
  public void close() {
    // Arrays, which go with this.
  }
}
