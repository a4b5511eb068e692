package io.github.pleas.eval;

/** What of an output that has numbers for each token is compared. */
public enum Pooling {
  /** The numbers of each token by themselves. */
  TOKENS,
  /** Their mean over the text's tokens, as most sentence embeddings are made. */
  MEAN,
  /** Those of the first token. */
  CLS
}
