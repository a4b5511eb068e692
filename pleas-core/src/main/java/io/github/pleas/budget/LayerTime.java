package io.github.pleas.budget;

/**
 * How long a layer takes, as its inputs and outputs become more: t(i, o) = t0 + p i + q o + k i o,
 * for i inputs and o outputs more than an original has, in femtoseconds (whole numbers, as the
 * other costs are; a pair of an input and an output takes some thousand). It is what was measured
 * at the originals' widths and at twice these, and between them the bilinear interpolation. In
 * blocks, the pairs that are left out take 2 k i o less. Time never falls with width.
 *
 * @param base t0, at the originals' widths
 * @param perInput p
 * @param perOutput q
 * @param perPair k
 * @param inputs of an original: the most by which they grow
 * @param outputs of an original
 */
public record LayerTime(
    long base, long perInput, long perOutput, long perPair, int inputs, int outputs) {
  /** Femtoseconds in a millisecond. */
  public static final double PER_MILLISECOND = 1e12;

  /** A layer whose time does not count. */
  public static final LayerTime NONE = new LayerTime(0, 0, 0, 0, 1, 1);

  /**
   * The time of a layer that was measured, in milliseconds; where widths do not change, what was
   * measured at one is given for both.
   *
   * @param narrow with the inputs and outputs of an original
   * @param in with twice the inputs
   * @param out with twice the outputs
   * @param both with twice of both
   */
  static LayerTime of(double narrow, double in, double out, double both, int inputs, int outputs) {
    double p = Math.max(0, in - narrow) / inputs;
    double q = Math.max(0, out - narrow) / outputs;
    double corner = Math.max(both, Math.max(in, out));
    double k = Math.max(0, corner - narrow - p * inputs - q * outputs) / inputs / outputs;
    return new LayerTime(
        femtoseconds(narrow), femtoseconds(p), femtoseconds(q), femtoseconds(k), inputs, outputs);
  }

  private static long femtoseconds(double milliseconds) {
    return Math.round(milliseconds * PER_MILLISECOND);
  }

  /**
   * Adds this to a network's.
   *
   * @param in how many inputs there are, as groups keep pairs separate
   * @param out how many outputs
   * @param blocks whether the layer is laid out in blocks
   */
  void addTo(QuadraticCost.Builder cost, AxisLength in, AxisLength out, boolean blocks) {
    cost.add(base);
    cost.add(in.growth().times(perInput));
    cost.add(out.growth().times(perOutput));
    cost.addSeparateProduct(perPair, in, out);
    if (blocks) {
      // No more than what the widths add, or a layer would take less the wider it is.
      long left = Math.min(perPair, Math.min(perInput / outputs, perOutput / inputs));
      cost.addSeparateProduct(-2 * left, in, out);
    }
  }
}
