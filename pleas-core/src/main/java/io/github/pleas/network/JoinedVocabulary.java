package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ModelInput;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One numbering of tokens for two networks of different vocabularies: A's tokens keep their
 * numbers, B's count on from A's last. Tables of token embeddings [tokens of A, width] and [tokens
 * of B, width] become [tokens of A and of B, width] in both networks, zeros where the other's
 * tokens are, so that both are of one architecture and compute what they did: A by its numbers, B
 * by its own plus the tokens of A. Which rows are a network's own stands in {@link
 * Network#ownRows}.
 */
public final class JoinedVocabulary {
  private final Network network;
  private final String input;
  private final Set<String> numbers = new HashSet<>();
  private final Set<String> tables = new LinkedHashSet<>();

  private JoinedVocabulary(Network network, String input) {
    this.network = network;
    this.input = input;
    numbers.add(input);
    for (Node node : network.graph().nodes()) {
      if (Subgraphs.reads(node).stream().anyMatch(numbers::contains)) {
        follow(node);
      }
    }
    tables.forEach(this::requireForTokensOnly);
  }

  /**
   * Both networks with one numbering of tokens.
   *
   * @param a the first
   * @param b the second
   */
  public record Joined(Network a, Network b) {}

  /**
   * Joins the vocabularies.
   *
   * @param idsOfA the input of A that takes token ids
   * @param idsOfB that of B, which may be called otherwise
   * @throws InvalidInputException if a network reads them otherwise than as rows of a table, uses
   *     the table for something else, too, or is for texts of one length only
   */
  public static Joined of(Network a, String idsOfA, Network b, String idsOfB) {
    JoinedVocabulary ofA = new JoinedVocabulary(a, idsOfA);
    JoinedVocabulary ofB = new JoinedVocabulary(b, idsOfB);
    int rowsA = ofA.rows();
    int rowsB = ofB.rows();
    return new Joined(
        ofA.padded(new OwnRows(0, rowsA), rowsB), ofB.padded(new OwnRows(rowsA, rowsB), rowsA));
  }

  private void follow(Node node) {
    boolean picks =
        node.is("Gather")
            && node.intAttribute("axis", 0) == 0
            && network.isConstant(node.input(0))
            && network.isFloat(node.input(0))
            && numbers.contains(node.input(1));
    if (picks) {
      tables.add(node.input(0));
    } else if (ModelInput.handsOn(node) && numbers.contains(node.input(0))) {
      numbers.addAll(node.outputs());
    } else if (!node.is("Shape")) {
      throw refused(
          "%s '%s' computes with the token ids of '%s', which two vocabularies number differently; export the network so that they only pick rows of its embedding (position_ids as an input of its own)"
              .formatted(node.op(), node.name(), input));
    }
  }

  /**
   * Refuses a table that is another layer's weights, too, such as those of a head over all words.
   */
  private void requireForTokensOnly(String table) {
    for (Node node : network.consumers(table)) {
      if (!node.is("Gather") || !numbers.contains(node.input(1))) {
        throw refused(
            "the embedding of '%s' is read by %s '%s', too (tied weights); export the network without what is behind that, or with weights of its own there"
                .formatted(input, node.op(), node.name()));
      }
    }
  }

  private int rows() {
    if (tables.isEmpty()) {
      throw refused("'%s' picks no rows of an embedding".formatted(input));
    }
    if (network.shape(input).tokenAxes().length == 0) {
      throw refused(
          "it was exported for texts of one length, so that it does not show which axes run over tokens; export it with a free (dynamic) length");
    }
    List<Integer> rows =
        tables.stream().map(table -> network.constant(table).dimension(0)).distinct().toList();
    if (rows.size() > 1) {
      throw refused("'%s' picks rows of tables of different lengths, %s".formatted(input, rows));
    }
    return rows.get(0);
  }

  private Network padded(OwnRows own, int others) {
    Map<String, Tensor> joined = new LinkedHashMap<>();
    Map<String, OwnRows> rows = new LinkedHashMap<>();
    for (String name : tables) {
      Tensor table = network.constant(name);
      int[] shape = table.shape();
      shape[0] = others;
      Tensor zeros = Tensor.ofFloats(shape, new float[(int) Tensor.count(shape)]);
      joined.put(name, own.first() == 0 ? table.joined(0, zeros) : zeros.joined(0, table));
      rows.put(name, own);
    }
    return network.withConstants(joined).withOwnRows(rows);
  }

  private InvalidInputException refused(String why) {
    return new InvalidInputException(
        "%s cannot be merged with a network of another vocabulary: %s"
            .formatted(network.source(), why));
  }
}
