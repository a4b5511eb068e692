package io.github.pleas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestTest {
  @TempDir Path folder;

  // Examples published with FIPS 180-2: the empty message, "abc", and a million times "a".
  @Test
  void agreesWithThePublishedExamples() throws IOException {
    assertThat(digestOf(new byte[0]))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(digestOf(new byte[] {'a', 'b', 'c'}))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    byte[] million = new byte[1_000_000];
    Arrays.fill(million, (byte) 'a');
    assertThat(digestOf(million))
        .isEqualTo("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> Digest.sha256(missing))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(missing.toString());
    assertThatThrownBy(() -> Digest.sha256(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(folder.toString());
  }

  // Without delimiters ("ab", "c") and ("a", "bc") would be one sequence.
  @Test
  void sequencesThatSpellTheSameDiffer() {
    assertThat(sequence("ab", "c")).isNotEqualTo(sequence("a", "bc"));
    assertThat(sequence("ab", "c")).isEqualTo(sequence("ab", "c"));
    assertThat(sequence("ab")).isNotEqualTo(sequence("ab", ""));
  }

  private static String sequence(String... texts) {
    Digest digest = new Digest();
    for (String text : texts) {
      digest.add(text);
    }
    return digest.hex();
  }

  private String digestOf(byte[] content) throws IOException {
    return Digest.sha256(Files.write(folder.resolve("file"), content));
  }
}
