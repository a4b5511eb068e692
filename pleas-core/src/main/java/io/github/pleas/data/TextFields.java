package io.github.pleas.data;

import java.util.Optional;

/**
 * Which fields of the objects of a {@code .jsonl} file are read.
 *
 * @param text the field that holds the text
 * @param label the field that holds the label, if labels are wanted
 */
public record TextFields(String text, Optional<String> label) {
  /** The field {@code text}, without labels. */
  public static final TextFields DEFAULT = new TextFields("text", Optional.empty());
}
