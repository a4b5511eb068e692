package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.network.OwnRows;
import io.github.pleas.onnx.ValueInfo;
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

  /**
   * The vocabularies of a network that was read from a file: two, or none where it reads one as it
   * is.
   *
   * @throws InvalidInputException if the file's properties do not fit what the network is
   */
  public static List<MergedVocabulary> of(Network network) {
    List<MergedVocabulary> all = of(network.graph().metadata(), network.source());
    List<String> outputs = network.graph().outputs().stream().map(ValueInfo::name).toList();
    for (MergedVocabulary own : all) {
      int table =
          TextPreparation.ids(network.inputs(), network.source()).limit().orElse(Integer.MAX_VALUE);
      OwnRows rows = own.rows();
      if (rows.first() < 0 || rows.count() < 1 || (long) rows.first() + rows.count() > table) {
        throw damaged(
            network.source(),
            "%d tokens from %d on are none of the %d rows of its embedding"
                .formatted(rows.count(), rows.first(), table));
      }
      for (String output : own.outputs()) {
        if (!outputs.contains(output)) {
          throw damaged(
              network.source(),
              "it has no output '%s', but '%s'".formatted(output, String.join("', '", outputs)));
        }
      }
    }
    return all;
  }

  /**
   * The vocabularies that a file's properties tell of: two, or none.
   *
   * @param source the file's name in messages
   * @throws InvalidInputException if a part of what they tell is missing, or no number
   */
  public static List<MergedVocabulary> of(Map<String, String> properties, String source) {
    if (properties.keySet().stream().noneMatch(MergedVocabulary::tells)) {
      return List.of();
    }
    List<MergedVocabulary> found = new ArrayList<>();
    for (String side : SIDES) {
      String vocabulary = "pleas.vocabulary." + side;
      found.add(
          new MergedVocabulary(
              property(properties, "pleas.tokenizer." + side + ".sha256", source),
              new OwnRows(
                  number(properties, vocabulary + ".first-id", source),
                  number(properties, vocabulary + ".tokens", source)),
              List.of(property(properties, vocabulary + ".outputs", source).split("\n"))));
    }
    return found;
  }

  private static boolean tells(String key) {
    return key.startsWith("pleas.vocabulary.") || key.startsWith("pleas.tokenizer.");
  }

  private static String property(Map<String, String> properties, String key, String source) {
    String value = properties.get(key);
    if (value == null) {
      throw damaged(source, "'%s' is missing".formatted(key));
    }
    return value;
  }

  private static int number(Map<String, String> properties, String key, String source) {
    String value = property(properties, key, source);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      InvalidInputException refused =
          damaged(source, "'%s' is '%s'; expected a number".formatted(key, value));
      refused.initCause(e);
      throw refused;
    }
  }

  private static InvalidInputException damaged(String source, String why) {
    return new InvalidInputException(
        "%s: the file's properties, which tell of its two vocabularies, are damaged: %s; merge the originals again"
            .formatted(source, why));
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
      boolean shared = both.get(0).outputs().equals(both.get(1).outputs());
      throw new InvalidInputException(
          "%s reads two vocabularies, and %s is neither of the tokenizers that it was merged with; %s"
              .formatted(
                  source,
                  tokenizer,
                  shared
                      ? "give one of these"
                      : "say by --output which output is asked, or give one of these"));
    }
    return both.get(0);
  }
}
