package io.github.pleas.data;

/**
 * Two networks' vocabularies, where they differ: which tokenizers number and cut texts.
 *
 * @param a SHA-256 of A's {@code tokenizer.json}
 * @param b SHA-256 of B's
 */
public record Vocabularies(String a, String b) {}
