package io.github.pleas.data;

import io.github.pleas.network.Network;

/**
 * How data become a network's input, images or texts, as the network takes them.
 *
 * @param normalization what is done to pixels
 * @param texts how texts are cut
 */
public record InputSettings(Normalization normalization, TextSettings texts) {
  /** Pixels from -1 to 1, and no texts. */
  public static final InputSettings DEFAULT =
      new InputSettings(Normalization.DEFAULT, TextSettings.NONE);

  /** Whether a network reads texts: it takes whole numbers. */
  public static boolean readsTexts(Network network) {
    return network.inputs().stream().anyMatch(input -> input.type().isInteger());
  }

  /**
   * What the data of two networks go through that are merged: the same for both, but for texts of
   * two vocabularies.
   *
   * @param prefix what stands before a setting's name where the user writes it, for messages
   * @return to be closed
   * @throws io.github.pleas.InvalidInputException as {@link #preparation(Network, String)}
   */
  public Preparation preparation(Network a, Network b, String prefix) {
    return readsTexts(a) && readsTexts(b)
        ? texts.preparation(a, b, prefix)
        : preparation(a, prefix);
  }

  /**
   * What its data go through.
   *
   * @param prefix what stands before a setting's name where the user writes it, for messages
   * @return to be closed
   * @throws io.github.pleas.InvalidInputException if the network takes neither images nor texts, or
   *     images of other channels than the numbers are for, or there is no tokenizer for its texts
   */
  public Preparation preparation(Network network, String prefix) {
    return readsTexts(network)
        ? texts.preparation(network, prefix)
        : new ImagePreparation(normalization.preprocessing(network, prefix));
  }
}
