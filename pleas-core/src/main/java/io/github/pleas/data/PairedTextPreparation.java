package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.runtime.ModelInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts become the input of two networks of different vocabularies: each text is cut by both
 * tokenizers, and a merge sees it twice, in A's tokens and in B's.
 *
 * @param a how texts become A's input
 * @param b how they become B's
 */
public record PairedTextPreparation(TextPreparation a, TextPreparation b) implements Preparation {
  @Override
  public TextDataset open(DataLocation location, Split split) {
    return a.open(location, split);
  }

  @Override
  public Samples load(SampleSet set, int samples, long seed, int threads, ImageListener progress) {
    return PairedTexts.load((TextDataset) set, samples, seed, a, b, progress);
  }

  /** All texts in A's tokens, and all texts in B's: each view is the domain of one original. */
  @Override
  public List<Samples> domains(List<Samples> loaded) {
    PairedTexts all = PairedTexts.joined(loaded.stream().map(PairedTexts.class::cast).toList());
    return List.of(new TextView(all, true, offset()), new TextView(all, false, offset()));
  }

  /** The number of B's token 0: A's vocabulary comes first. */
  private int offset() {
    ModelInput ids = a.ids();
    return ids.limit()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s: '%s' picks no rows of an embedding".formatted(a.source(), ids.name())));
  }

  @Override
  public String unit() {
    return "text";
  }

  @Override
  public void close() {
    a.close();
    b.close();
  }

  /** The tokens. */
  @Override
  public String toString() {
    return a + ", in two vocabularies";
  }

  @Override
  public Map<String, Object> described() {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("a", a.described());
    described.put("b", b.described());
    return described;
  }
}
