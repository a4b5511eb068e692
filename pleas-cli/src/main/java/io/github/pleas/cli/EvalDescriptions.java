package io.github.pleas.cli;

import java.util.ListResourceBundle;

/** What options that {@code eval} shares with other commands mean there, by their names. */
final class EvalDescriptions extends ListResourceBundle {
  @Override
  protected Object[][] getContents() {
    return new Object[][] {
      {
        "tokenizer",
        "For a network that reads texts: the tokenizer.json of Hugging Face that belongs to it. Of a"
            + " merged network of two vocabularies: that of the original whose outputs are asked"
            + " for. Default: none."
      }
    };
  }
}
