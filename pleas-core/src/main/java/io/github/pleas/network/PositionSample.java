package io.github.pleas.network;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which positions of each image give rows: the same number for every image, so that both domains
 * weigh the same, drawn without replacement. A text that has fewer gives all that it has. The same
 * seed gives the same positions.
 *
 * @param positions how many there are
 * @param perImage how many of them each image gives
 * @param seed where they are drawn from
 */
public record PositionSample(int positions, int perImage, long seed) {
  /** A sample that gives at least some rows over all images, or all that there are. */
  public static PositionSample of(int positions, int images, long rows, long seed) {
    long each = (rows + images - 1) / images;
    return new PositionSample(positions, (int) Math.max(1, Math.min(positions, each)), seed);
  }

  /** The positions of one image, ascending. */
  public int[] of(int image) {
    return of(image, IntStream.range(0, positions).toArray());
  }

  /**
   * The positions of one image.
   *
   * @param all those to choose from, ascending; taken, and left in another order
   */
  public int[] of(int image, int[] all) {
    if (perImage >= all.length) {
      return all;
    }
    // Not the generator's own increment: with it one image would draw the next one's numbers, late.
    SplittableRandom random = new SplittableRandom(seed + 0xD1B54A32D192ED03L * (image + 1));
    for (int p = 0; p < perImage; p++) {
      int other = p + random.nextInt(all.length - p);
      int swap = all[p];
      all[p] = all[other];
      all[other] = swap;
    }
    int[] drawn = Arrays.copyOf(all, perImage);
    Arrays.sort(drawn);
    return drawn;
  }
}
