package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.TokenMask;
import io.github.pleas.runtime.ModelInput;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A sample of texts in tokens, all of one length: what is shorter is filled up, what is longer was
 * cut. Drawn as {@link Images} are.
 */
public final class Texts implements Samples {
  private final String name;
  private final TextInputs inputs;
  private final int length;
  private final int padding;
  private final int offset;
  private final int[][] ids;
  private final int[][] types;
  private final int[] labels; // empty if unlabelled
  private final List<String> notes;

  Texts(
      String name,
      TextInputs inputs,
      int length,
      int padding,
      int offset,
      int[][] ids,
      int[][] types,
      int[] labels,
      List<String> notes) {
    this.name = name;
    this.inputs = inputs;
    this.length = length;
    this.padding = padding;
    this.offset = offset;
    this.ids = ids;
    this.types = types;
    this.labels = labels;
    this.notes = List.copyOf(notes);
  }

  /**
   * Draws a sample and cuts it into tokens.
   *
   * @param samples how many; all of them if 0 or less, or more than there are
   * @param inputs what the network takes
   * @param source the network's name in messages
   * @throws InvalidInputException if the tokenizer gives numbers that the network has no row for,
   *     or no tokens at all
   */
  static Texts load(
      TextDataset set,
      int samples,
      long seed,
      TextTokenizer tokenizer,
      List<ModelInput> inputs,
      String source,
      ImageListener progress) {
    TextInputs roles = new TextInputs(inputs, source);
    int[] order = Shuffle.of(set.size(), seed);
    int count = samples <= 0 ? order.length : Math.min(samples, order.length);
    int[][] ids = new int[count][];
    int[][] types = new int[count][];
    int[] labels = new int[set.isLabelled() ? count : 0];
    int kept = 0;
    int cut = 0;
    for (int i = 0; i < count; i++) {
      TextTokenizer.Tokens tokens = tokenizer.tokens(set.text(order[i]));
      requireRows(tokens, roles, tokenizer, source, set.describe(order[i]));
      progress.loaded(i + 1, count);
      if (tokens.ids().length == 0) {
        continue;
      }
      ids[kept] = tokens.ids();
      types[kept] = tokens.types();
      cut += tokens.cut() ? 1 : 0;
      if (labels.length > 0) {
        labels[kept] = set.label(order[i]);
      }
      kept++;
    }
    if (kept == 0) {
      throw new InvalidInputException(
          "%s makes no token of any of %d texts of %s, such as %s; give the tokenizer that belongs to the networks"
              .formatted(tokenizer.path(), count, set.name(), set.describe(order[0])));
    }
    return new Texts(
        set.name(),
        roles,
        tokenizer.length(),
        roles.padding(tokenizer, source),
        0,
        Arrays.copyOf(ids, kept),
        Arrays.copyOf(types, kept),
        Arrays.copyOf(labels, labels.length == 0 ? 0 : kept),
        notes(set, new Counts(kept, count - kept, cut), tokenizer.length(), roles));
  }

  /** The texts of several samples of one length, one after another. */
  static Texts joined(List<Texts> all) {
    Texts first = all.get(0);
    return new Texts(
        all.stream().map(texts -> texts.name).distinct().collect(Collectors.joining(" and ")),
        first.inputs,
        first.length,
        first.padding,
        first.offset,
        all.stream().flatMap(texts -> Arrays.stream(texts.ids)).toArray(int[][]::new),
        all.stream().flatMap(texts -> Arrays.stream(texts.types)).toArray(int[][]::new),
        all.stream().allMatch(Texts::isLabelled)
            ? all.stream().flatMapToInt(texts -> Arrays.stream(texts.labels)).toArray()
            : new int[0],
        all.stream().flatMap(texts -> texts.notes.stream()).toList());
  }

  /** The same texts, their tokens numbered from another number on than 0. */
  public Texts numberedFrom(int first) {
    return new Texts(name, inputs, length, padding, first, ids, types, labels, notes);
  }

  /**
   * What became of the texts that were drawn.
   *
   * @param kept those that are samples
   * @param without those without a token, which are none
   * @param cut those of the kept that were longer
   */
  private record Counts(int kept, int without, int cut) {}

  private static List<String> notes(TextDataset set, Counts counts, int length, TextInputs roles) {
    List<String> notes = new ArrayList<>();
    if (counts.cut() > 0) {
      notes.add(
          "%d of %d texts of %s were cut to %d tokens (--max-tokens)"
              .formatted(counts.cut(), counts.kept(), set.name(), length));
    }
    int out = set.empty() + counts.without();
    if (out > 0) {
      notes.add(
          "%d %s of %s without %s %s left out"
              .formatted(
                  out,
                  out == 1 ? "line" : "lines",
                  set.name(),
                  counts.without() == 0 ? "text" : "text, or of which no token is made,",
                  out == 1 ? "was" : "were"));
    }
    if (!roles.hasMask()) {
      notes.add(
          "the networks take no mask: what fills shorter texts up is read as text; it is in no similarity and no fit all the same");
    }
    return notes;
  }

  static void requireRows(
      TextTokenizer.Tokens tokens,
      TextInputs roles,
      TextTokenizer tokenizer,
      String source,
      String text) {
    for (ModelInput input : roles.of(TextInputs.Role.IDS)) {
      int largest = Arrays.stream(tokens.ids()).max().orElse(0);
      if (input.limit().isPresent() && largest >= input.limit().getAsInt()) {
        throw new InvalidInputException(
            "%s gives token %d (%s), and the embedding of '%s' in %s has %d rows; give the tokenizer that belongs to the networks"
                .formatted(
                    tokenizer.path(),
                    largest,
                    text,
                    input.name(),
                    source,
                    input.limit().getAsInt()));
      }
    }
  }

  @Override
  public int size() {
    return ids.length;
  }

  @Override
  public boolean isLabelled() {
    return labels.length > 0;
  }

  @Override
  public int label(int i) {
    if (!isLabelled()) {
      throw new IllegalStateException(name + " has no labels");
    }
    return labels[i];
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
    return (sample, token) -> token < ids[sample].length;
  }

  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    TextInputs.Role role = inputs.role(input);
    for (int i = first; i < first + count; i++) {
      int own = ids[i].length;
      for (int t = 0; t < length; t++) {
        target.put(
            switch (role) {
              case IDS -> offset + (t < own ? ids[i][t] : padding);
              case MASK -> t < own ? 1 : 0;
              case TYPES -> t < own ? types[i][t] : 0;
              case POSITIONS -> t;
            });
      }
    }
  }

  @Override
  public void close() {
    // Arrays, which go with this.
  }
}
