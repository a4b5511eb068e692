package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When two files are one tokenizer, and when two. */
class TokenizerFileTest {
  private static final String BPE =
      "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2}, \"merges\": %s}%s}";

  @TempDir private Path folder;

  private TokenizerFile tiny(String name, int more, boolean lowercase) throws IOException {
    return TokenizerFile.read(TinyTokenizer.write(folder.resolve(name), more, lowercase));
  }

  private Path bpe(String name, String merges, String more) throws IOException {
    return Files.writeString(folder.resolve(name), BPE.formatted(merges, more));
  }

  @Test
  void tokenizersThatCutDifferentlyAreRefusedAndOthersNot() throws IOException {
    TokenizerFile own = tiny("own.json", 0, true);
    own.requireSame(tiny("same.json", 0, true));
    TokenizerFile larger = tiny("larger.json", 2, true);
    assertThatThrownBy(() -> own.requireSame(larger))
        .hasMessageContaining("larger.json have different vocabularies");
    TokenizerFile cased = tiny("cased.json", 0, false);
    assertThatThrownBy(() -> own.requireSame(cased))
        .hasMessageContaining("cut texts differently (normalizer)");
  }

  @Test
  void whatIsWrittenInAnotherWayIsTheSame() throws IOException {
    Path old = bpe("old.json", "[\"a b\"]", "");
    Path now = bpe("now.json", "[[\"a\", \"b\"]]", ", \"normalizer\": null");
    assertThat(TokenizerFile.read(old).cutsLike(TokenizerFile.read(now))).isTrue();
    assertThat(new TextSettings(List.of(old, now), TextFields.DEFAULT).vocabularies()).isEmpty();
  }

  @Test
  void oneVocabularyThatIsCutDifferentlyIsNotTwo() throws IOException {
    Path merging = bpe("merging.json", "[\"a b\"]", "");
    Path not = bpe("not.json", "[]", ", \"normalizer\": {\"type\": \"Lowercase\"}");
    TextSettings both = new TextSettings(List.of(merging, not), TextFields.DEFAULT);
    assertThatThrownBy(both::vocabularies)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("have one vocabulary but cut texts differently (model, normalizer)");
  }
}
