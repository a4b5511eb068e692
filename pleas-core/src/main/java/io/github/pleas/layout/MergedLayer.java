package io.github.pleas.layout;

import io.github.pleas.network.Layer;
import java.util.Optional;

/**
 * A layer of the merged network.
 *
 * @param name what reports call it: the originals' name for it, and for a head of one original that
 *     one's name
 * @param layer the originals' layer
 * @param weight the name of its weight in the merged network
 * @param bias the name of its bias there
 * @param in what the units that it reads stand for
 * @param out what the units that it writes stand for; a head that is only A's has only elements of
 *     A
 * @param head whether it is a head
 * @param positions rows that each image gives
 */
public record MergedLayer(
    String name,
    Layer layer,
    String weight,
    Optional<String> bias,
    MergedAxis in,
    MergedAxis out,
    boolean head,
    long positions) {

  /** Weights of one output unit that sees every input. */
  public int unknowns() {
    return layer.kind().isPerChannel()
        ? layer.window().taps()
        : in.length() * layer.window().taps();
  }

  /** Multiply-accumulates for one image, every output unit seeing every input unit. */
  public long denseMacs() {
    return positions * out.length() * unknowns();
  }

  /**
   * As {@link #denseMacs}, without the two blocks between A-only and B-only units. A head has no
   * such blocks: it is fitted on all units.
   */
  public long blockMacs() {
    if (layer.kind().isPerChannel() || head) {
      return denseMacs();
    }
    long pairs = 0;
    long inA = count(in, true);
    long inB = count(in, false);
    for (int o = 0; o < out.length(); o++) {
      pairs += in.length() - (out.isMerged(o) ? 0 : out.isOnlyA(o) ? inB : inA);
    }
    return positions * pairs * layer.window().taps();
  }

  private static long count(MergedAxis axis, boolean onlyA) {
    long count = 0;
    for (int e = 0; e < axis.length(); e++) {
      count += (onlyA ? axis.isOnlyA(e) : axis.isOnlyB(e)) ? 1 : 0;
    }
    return count;
  }
}
