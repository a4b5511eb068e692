package io.github.pleas.layout;

import io.github.pleas.network.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A layer of the merged network.
 *
 * @param name what reports call it: the originals' name for it, and for a head of one original that
 *     one's name
 * @param layer the originals' layer; a head's reads what it reads in the merged network
 * @param weight the name of its weight in the merged network
 * @param bias the name of its bias there
 * @param in what the units that it reads stand for
 * @param out what the units that it writes stand for; a head that is only A's has only elements of
 *     A
 * @param role how its weights are found
 * @param positions rows that each image gives
 */
public record MergedLayer(
    String name,
    Layer layer,
    String weight,
    Optional<String> bias,
    MergedAxis in,
    MergedAxis out,
    Role role,
    long positions) {

  /** How a layer's weights are found. */
  public enum Role {
    /** By a fit to both originals. */
    TRUNK,
    /**
     * By a fit to its own original's answers, or to both originals' where the labels are shared.
     */
    HEAD,
    /** At the start of a tail, by a fit to what its own original's layer gives. */
    BRANCH,
    /** Appended to an output, by a fit to what its own original gives there, on all samples. */
    APPENDED,
    /** They are its original's. */
    KEPT
  }

  /** Whether it is at the start of a tail, and sees all units. */
  public boolean isHead() {
    return role == Role.HEAD || role == Role.BRANCH || role == Role.APPENDED;
  }

  /** Whose layer it is. */
  public Side side() {
    return role == Role.TRUNK || out.isMerged(0) ? Side.MERGED : out.isOnlyA(0) ? Side.A : Side.B;
  }

  /** Weights of one output unit that sees every input. */
  public int unknowns() {
    return layer.kind().isPerChannel()
        ? layer.window().taps()
        : in.length() / layer.groups() * layer.window().taps();
  }

  /**
   * The groups of a convolution, each a dense layer of its own: over the input units of the group,
   * numbered within it as on the weight's axis, and with its output units.
   *
   * @throws IllegalStateException if a group of the merged network is not made of one of each
   *     original
   */
  public List<MergedLayer> groups() {
    int groups = layer.groups();
    int inputs = in.length() / groups;
    int outputs = out.length() / groups;
    List<MergedLayer> all = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      int[] a = new int[inputs];
      int[] b = new int[inputs];
      for (int e = 0; e < inputs; e++) {
        a[e] = in.a()[g * inputs + e] - group(true, g) * inputs;
        b[e] = in.b()[g * inputs + e] - group(false, g) * inputs;
        if (a[e] < 0 || a[e] >= inputs || b[e] < 0 || b[e] >= inputs) {
          throw new IllegalStateException("group " + g + " of '" + name + "' is torn apart");
        }
      }
      int from = g * outputs;
      MergedAxis written =
          new MergedAxis(
              Arrays.copyOfRange(out.a(), from, from + outputs),
              Arrays.copyOfRange(out.b(), from, from + outputs));
      all.add(
          new MergedLayer(
              name, layer, weight, bias, new MergedAxis(a, b), written, role, positions));
    }
    return all;
  }

  /** The group of an original that a group of the merged layer stands for. */
  public int group(boolean ofA, int group) {
    int inputs = in.length() / layer.groups();
    return (ofA ? in.a() : in.b())[group * inputs] / inputs;
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
    if (!layer.kind().isDense() || isHead()) {
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
