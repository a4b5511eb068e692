package io.github.pleas.network;

/**
 * The rows of a table of token embeddings that belong to one network, where the numbers of its
 * tokens share a numbering with another vocabulary's: token t is row {@code first + t}. The rows
 * before and behind them are the other network's.
 *
 * @param first the row of its token 0
 * @param count how many tokens it has
 */
public record OwnRows(int first, int count) {
  /** Whether a row is among them. */
  public boolean contains(int row) {
    return row >= first && row < first + count;
  }
}
