package io.github.pleas.matching;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.network.OriginalFeed;
import io.github.pleas.network.TokenMap;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings what an original computes at its own tokens of a text to the tokens that the merged
 * network reads of it, so that all that looks at the originals sees both at the same tokens. Values
 * [tokens, units] are carried over along one axis, an attention's [heads, tokens, tokens] along
 * both, values without tokens stay as they are.
 */
final class TokenCarry {
  private final Network network;
  private final OriginalFeed feed;
  private final Workers workers;
  private final List<String> values;

  /**
   * What is to be carried over.
   *
   * @param computed the values that the original is asked for
   * @throws InvalidInputException if one has an axis whose length depends on the text's, but is not
   *     that of a text
   */
  TokenCarry(Network network, Set<String> computed, OriginalFeed feed, Workers workers) {
    this.network = network;
    this.feed = feed;
    this.workers = workers;
    this.values =
        computed.stream()
            .filter(value -> network.shape(value).tokenAxes().length > 0)
            .sorted()
            .toList();
    int length = network.inputs().get(0).shape().dimension(1);
    for (String value : values) {
      for (int axis : network.shape(value).tokenAxes()) {
        if (network.shape(value).dimension(axis) != length) {
          throw new InvalidInputException(
              "%s: axis %d of '%s' has %d elements for a text of %d tokens; what does not stand at a token cannot be carried over to another vocabulary's tokens"
                  .formatted(
                      network.source(), axis, value, network.shape(value).dimension(axis), length));
        }
      }
    }
  }

  /**
   * Carries a batch over, in place.
   *
   * @param batch values by name, samples one after another
   * @param first the batch's first sample
   * @param count how many samples
   */
  void apply(Map<String, FloatBuffer> batch, int first, int count) {
    workers.forEach(
        values.size() * count,
        k -> {
          String value = values.get(k / count);
          FloatBuffer numbers = batch.get(value);
          Optional<TokenMap> tokens = feed.tokens(first + k % count);
          if (numbers != null && tokens.isPresent()) {
            carry(value, numbers, k % count, tokens.get());
          }
        });
  }

  private void carry(String value, FloatBuffer batch, int sample, TokenMap tokens) {
    int[] shape = network.shape(value).dimensions();
    int elements = Math.toIntExact(network.shape(value).elementsPerImage());
    float[] from = new float[elements];
    float[] to = new float[elements];
    batch.get(sample * elements, from);
    for (int axis : network.shape(value).tokenAxes()) {
      int inner = 1;
      for (int k = axis + 1; k < shape.length; k++) {
        inner *= shape[k];
      }
      tokens.apply(from, shape[axis], inner, to);
      float[] done = to;
      to = from;
      from = done;
    }
    batch.put(sample * elements, from);
  }
}
