package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.OwnRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One of the two vocabularies that a merged network reads, as the properties of its file tell:
 * where its tokens begin in the network's numbering, and which outputs answer to them.
 *
 * @param tokenizer SHA-256 of the {@code tokenizer.json} that it was merged with
 * @param rows where its tokens are: a token's number is that of the tokenizer plus the first
 * @param outputs the names of the outputs that answer to it
 */
public record MergedVocabulary(String tokenizer, OwnRows rows, List<String> outputs) {
  private static final List<String> SIDES = List.of("a", "b");

  public MergedVocabulary {
    outputs = List.copyOf(outputs);
  }

  /** The properties of a file of two vocabularies, A's and B's. */
  public static Map<String, String> properties(MergedVocabulary a, MergedVocabulary b) {
    Map<String, String> properties = new LinkedHashMap<>();
    List<MergedVocabulary> both = List.of(a, b);
    for (int k = 0; k < both.size(); k++) {
      MergedVocabulary own = both.get(k);
      String side = SIDES.get(k);
      properties.put("pleas.tokenizer." + side + ".sha256", own.tokenizer());
      properties.put("pleas.vocabulary." + side + ".first-id", "" + own.rows().first());
      properties.put("pleas.vocabulary." + side + ".tokens", "" + own.rows().count());
      properties.put("pleas.vocabulary." + side + ".outputs", String.join("\n", own.outputs()));
    }
    return properties;
  }

  /** The vocabularies of a file: two, or none where it reads one as it is. */
  public static List<MergedVocabulary> of(Map<String, String> properties) {
    List<MergedVocabulary> found = new ArrayList<>();
    for (String side : SIDES) {
      String first = properties.get("pleas.vocabulary." + side + ".first-id");
      String count = properties.get("pleas.vocabulary." + side + ".tokens");
      if (first != null && count != null) {
        found.add(
            new MergedVocabulary(
                properties.getOrDefault("pleas.tokenizer." + side + ".sha256", ""),
                new OwnRows(number(first), number(count)),
                List.of(
                    properties
                        .getOrDefault("pleas.vocabulary." + side + ".outputs", "")
                        .split("\n"))));
      }
    }
    return found;
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "the file's properties say that a vocabulary begins at, or has, '%s' tokens; expected a number"
              .formatted(text),
          e);
    }
  }

  /**
   * The vocabulary that a tokenizer belongs to: that which was merged with this very file, or else
   * that of the output that is asked for.
   *
   * @param vocabularies of the network, two
   * @param tokenizer the tokenizer's file
   * @param output the output that is asked for, if one is
   * @param source the network's name in messages
   * @throws InvalidInputException if neither tells, or they contradict each other
   */
  public static MergedVocabulary of(
      List<MergedVocabulary> vocabularies, Path tokenizer, Optional<String> output, String source) {
    String digest = TokenizerFile.read(tokenizer).digest();
    List<MergedVocabulary> known =
        vocabularies.stream().filter(own -> own.tokenizer().equals(digest)).toList();
    List<MergedVocabulary> asked =
        vocabularies.stream()
            .filter(own -> output.isEmpty() || own.outputs().contains(output.get()))
            .toList();
    List<MergedVocabulary> both =
        known.isEmpty() ? asked : asked.stream().filter(known::contains).toList();
    if (both.isEmpty()) {
      throw new InvalidInputException(
          "output '%s' of %s reads the tokens of another tokenizer than %s; with this one, measure '%s'"
              .formatted(
                  output.orElse(""),
                  source,
                  tokenizer,
                  String.join(
                      "' or '", (known.isEmpty() ? vocabularies : known).get(0).outputs())));
    }
    if (both.size() > 1) {
      throw new InvalidInputException(
          "%s reads two vocabularies, and %s is neither of the tokenizers that it was merged with; say by --output which output is asked, or give one of these"
              .formatted(source, tokenizer));
    }
    return both.get(0);
  }
}
