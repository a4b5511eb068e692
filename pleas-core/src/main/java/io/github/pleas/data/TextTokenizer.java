package io.github.pleas.data;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Cuts texts into tokens as a {@code tokenizer.json} says, by Hugging Face's own library. Nothing
 * is fetched: the library's native part comes with the program, and is unpacked once into {@code
 * ~/.djl.ai}.
 */
public final class TextTokenizer implements AutoCloseable {
  private final TokenizerFile file;
  private final HuggingFaceTokenizer tokenizer;
  private final int length;

  /**
   * A text in tokens.
   *
   * @param ids what the vocabulary calls them, special tokens included
   * @param types which of two texts each is of
   * @param spans where in the text each stands
   * @param cut whether the text was longer
   */
  record Tokens(int[] ids, int[] types, TokenSpans spans, boolean cut) {}

  /**
   * Reads a tokenizer.
   *
   * @param path its {@code tokenizer.json}
   * @param length tokens that a text may have; what is longer is cut
   * @throws InvalidInputException if it cannot be read
   */
  public TextTokenizer(Path path, int length) {
    this.length = length;
    this.file = TokenizerFile.read(path);
    // Else it would look for a graphics card, and for a network to tell that it was started.
    if (System.getProperty("ai.djl.offline") == null) {
      System.setProperty("ai.djl.offline", "true");
    }
    try {
      this.tokenizer =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(path)
              .optAddSpecialTokens(true)
              .optTruncation(true)
              .optMaxLength(length)
              .optPadding(false)
              .build();
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          path + " is no tokenizer that can be read: " + Text.reason(e), e);
    }
  }

  /** Cuts a text. */
  Tokens tokens(String text) {
    Encoding encoding = tokenizer.encode(text);
    return new Tokens(
        narrow(encoding.getIds()),
        narrow(encoding.getTypeIds()),
        spans(encoding),
        encoding.exceedMaxLength());
  }

  private static TokenSpans spans(Encoding encoding) {
    CharSpan[] spans = encoding.getCharTokenSpans();
    long[] special = encoding.getSpecialTokenMask();
    int[] starts = new int[spans.length];
    int[] ends = new int[spans.length];
    for (int t = 0; t < spans.length; t++) {
      boolean text = spans[t] != null && special[t] == 0;
      starts[t] = text ? spans[t].getStart() : 0;
      ends[t] = text ? spans[t].getEnd() : 0;
    }
    return new TokenSpans(starts, ends);
  }

  private static int[] narrow(long[] numbers) {
    int[] narrow = new int[numbers.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = Math.toIntExact(numbers[i]);
    }
    return narrow;
  }

  /** Tokens that a text may have. */
  int length() {
    return length;
  }

  /** The token that fills up; 0 where the vocabulary has none. */
  int padding() {
    return file.padding();
  }

  /** What messages call it. */
  Path path() {
    return file.path();
  }

  /** SHA-256 of its file. */
  String digest() {
    return file.digest();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
