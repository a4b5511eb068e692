package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.TokenMap;
import io.github.pleas.network.TokenMask;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A sample of texts as the tokenizers of two networks cut them. As samples they are what A reads;
 * for a merge they are seen twice, see {@link TextView}.
 *
 * @param a as A's tokenizer cuts them
 * @param b as B's does, numbered as B does
 * @param toA for each text from B's tokens to A's, where they differ
 * @param toB from A's to B's
 * @param notes what users should know
 */
record PairedTexts(
    Texts a,
    Texts b,
    List<Optional<TokenMap>> toA,
    List<Optional<TokenMap>> toB,
    List<String> notes)
    implements Samples {
  /**
   * Draws a sample and cuts it twice.
   *
   * @param samples how many; all of them if 0 or less, or more than there are
   * @param forA A's tokenizer and inputs
   * @param forB B's
   * @throws InvalidInputException if a tokenizer gives numbers that its network has no row for, or
   *     no tokens at all
   */
  static PairedTexts load(
      TextDataset set,
      int samples,
      long seed,
      TextPreparation forA,
      TextPreparation forB,
      ImageListener progress) {
    int[] order = Shuffle.of(set.size(), seed);
    int count = samples <= 0 ? order.length : Math.min(samples, order.length);
    List<PairedText> texts = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PairedText text = PairedText.of(set.text(order[i]), forA.tokenizer(), forB.tokenizer());
      forA.requireRows(text.a(), set.describe(order[i]));
      forB.requireRows(text.b(), set.describe(order[i]));
      progress.loaded(i + 1, count);
      if (!text.isEmpty()) {
        texts.add(text);
        kept.add(order[i]);
      }
    }
    if (texts.isEmpty()) {
      throw new InvalidInputException(
          "%s and %s do not both make tokens of any of %d texts of %s, such as %s; give the tokenizers that belong to the networks"
              .formatted(
                  forA.tokenizer().path(),
                  forB.tokenizer().path(),
                  count,
                  set.name(),
                  set.describe(order[0])));
    }
    int[] labels = set.isLabelled() ? kept.stream().mapToInt(set::label).toArray() : new int[0];
    return new PairedTexts(
        forA.texts(set.name(), texts.stream().map(PairedText::a).toList(), labels),
        forB.texts(set.name(), texts.stream().map(PairedText::b).toList(), labels),
        texts.stream().map(PairedText::fromBToA).toList(),
        texts.stream().map(PairedText::fromAToB).toList(),
        notes(set, texts, count, forA));
  }

  private static List<String> notes(
      TextDataset set, List<PairedText> texts, int drawn, TextPreparation how) {
    List<String> notes = new ArrayList<>();
    int out = set.empty() + drawn - texts.size();
    if (out > 0) {
      notes.add(
          "%d %s of %s without text, or of which no token is made, %s left out"
              .formatted(out, out == 1 ? "line" : "lines", set.name(), out == 1 ? "was" : "were"));
    }
    long cut = texts.stream().filter(PairedText::cut).count();
    notes.add(
        String.format(
            Locale.ROOT,
            "%d texts of %s are %,d tokens of A's vocabulary and %,d of B's; %d texts are cut alike"
                + " by both tokenizers%s",
            texts.size(),
            set.name(),
            texts.stream().mapToLong(text -> text.a().ids().length).sum(),
            texts.stream().mapToLong(text -> text.b().ids().length).sum(),
            texts.stream().filter(text -> text.fromBToA().isEmpty()).count(),
            cut == 0
                ? ""
                : "; %d were shortened, so that neither makes more than %d tokens (--max-tokens)"
                    .formatted(cut, how.tokenizer().length())));
    return notes;
  }

  /** The texts of several sets, one set after another. */
  static PairedTexts joined(List<PairedTexts> sets) {
    List<Optional<TokenMap>> toA = new ArrayList<>();
    List<Optional<TokenMap>> toB = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (PairedTexts set : sets) {
      toA.addAll(set.toA());
      toB.addAll(set.toB());
      notes.addAll(set.notes());
    }
    return new PairedTexts(
        Texts.joined(sets.stream().map(PairedTexts::a).toList()),
        Texts.joined(sets.stream().map(PairedTexts::b).toList()),
        toA,
        toB,
        notes);
  }

  @Override
  public int size() {
    return a.size();
  }

  @Override
  public boolean isLabelled() {
    return a.isLabelled();
  }

  @Override
  public int label(int i) {
    return a.label(i);
  }

  @Override
  public List<String> skipped() {
    return List.of();
  }

  @Override
  public TokenMask tokens() {
    return a.tokens();
  }

  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    a.copyTo(input, first, count, target);
  }

  @Override
  public void close() {
    // Arrays, which go with this.
  }
}
