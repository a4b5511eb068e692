package io.github.pleas.matching;

import io.github.pleas.network.Network;
import io.github.pleas.runtime.Chunks;
import java.util.List;
import java.util.Set;

/** How many images run together: as many as the memory for one batch's activations allows. */
public final class Batching {
  private Batching() {}

  /**
   * The batches for a pass of both originals.
   *
   * @param images how many images there are
   * @param wanted the values that are taken from the pass
   * @param bytes memory for the activations of one batch, of both networks together
   * @param largest images of a batch, at most
   * @param even whether all batches have as many images, to a few, as many batches as there must be
   */
  public static Chunks of(
      Network a, Network b, int images, Set<String> wanted, long bytes, int largest, boolean even) {
    if (a.fixedBatch().isPresent()) {
      return new Chunks(images, a.fixedBatch().getAsInt(), true);
    }
    long perImage = a.inputs().stream().mapToLong(input -> 4L * input.length()).sum();
    for (String value : wanted) {
      for (Network network : List.of(a, b)) {
        perImage += network.hasValue(value) ? 4 * network.shape(value).elementsPerImage() : 0;
      }
    }
    Chunks chunks =
        new Chunks(images, (int) Math.max(1, Math.min(largest, bytes / perImage)), false);
    return even
        ? new Chunks(images, (images + chunks.count() - 1) / chunks.count(), false)
        : chunks;
  }
}
