package io.github.pleas.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/java-api.md shows is what the examples do. */
class SnippetsTest {
  private static final Path PAGE = Path.of("..", "docs", "java-api.md");
  private static final Path SOURCES =
      Path.of("src", "main", "java", "io", "github", "pleas", "examples");
  private static final Pattern SNIPPET =
      Pattern.compile("(?s) *// snippet: [^\n]*\n(.*?)\n *// end\n");
  private static final Pattern SHOWN = Pattern.compile("(?s)```java\n(.*?)\n```");

  @Test
  void thePageShowsTheExamplesAndNothingElse() throws IOException {
    List<String> snippets = new ArrayList<>();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.sorted().toList()) {
        found(SNIPPET, Files.readString(file)).map(String::stripIndent).forEach(snippets::add);
      }
    }
    assertThat(snippets).hasSize(4);
    assertThat(found(SHOWN, Files.readString(PAGE))).containsExactlyInAnyOrderElementsOf(snippets);
  }

  private static Stream<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult result) -> result.group(1));
  }
}
