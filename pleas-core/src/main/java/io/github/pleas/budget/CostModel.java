package io.github.pleas.budget;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.symmetry.Symmetry;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the merged network of two networks costs, before it is built, as a function of how many
 * pairs s_g each unit group keeps separate. The axes of a layer's inputs and outputs are I0 + sum
 * i_g s_g and O0 + sum o_g s_g long ({@link AxisLength}). With p positions and t taps a dense layer
 * takes
 *
 * <p>p t (I0 + sum i_g s_g) (O0 + sum o_g s_g) multiply-accumulates,
 *
 * <p>and 2 p t (sum i_g s_g) (sum o_g s_g) fewer where it is laid out in blocks, without the two
 * between what only A and what only B has (PLeaS, arXiv 2407.02447, counts so). A layer that acts
 * on each channel alone takes p t (O0 + sum o_g s_g); a convolution of several groups, whose units
 * are all merged, what it takes in the originals. A head sees all units and writes the classes of
 * its original. Parameters are counted in the same way with p = 1, biases and {@link
 * OtherConstants} added.
 *
 * <p>The counts of groups that cannot be kept separate have to be 0.
 */
public final class CostModel {
  private final Network a;
  private final Network b;
  private final Symmetry symmetry;
  private final boolean separateHeads;
  private final Predicate<Layer> blocks;
  private final AxisLengths lengths;

  /**
   * The model of two networks in the same names.
   *
   * @param symmetry the unit groups of A, which are B's too
   * @param separateHeads whether each original has a head of its own, rather than one for both
   * @param blocks which layers of A are laid out in blocks; asked of dense ones that are no heads
   */
  public CostModel(
      Network a, Network b, Symmetry symmetry, boolean separateHeads, Predicate<Layer> blocks) {
    this.a = a;
    this.b = b;
    this.symmetry = symmetry;
    this.separateHeads = separateHeads;
    this.blocks = blocks;
    this.lengths = new AxisLengths(symmetry);
  }

  /** Multiply-accumulates of all layers for one image. */
  public QuadraticCost macs() {
    QuadraticCost.Builder cost = new QuadraticCost.Builder(symmetry.groups().size());
    for (Layer layer : trunk()) {
      addWeights(cost, layer, layer.positions(a));
    }
    for (Network original : originals()) {
      for (Layer head : Tails.of(original).heads()) {
        addHead(cost, head, head.positions(original));
      }
    }
    return cost.build();
  }

  /** Numbers in floating-point constants. */
  public QuadraticCost parameters() {
    QuadraticCost.Builder cost = new QuadraticCost.Builder(symmetry.groups().size());
    for (Layer layer : trunk()) {
      addWeights(cost, layer, 1);
      if (layer.bias().isPresent()) {
        cost.add(outputs(layer));
      }
    }
    for (Network original : originals()) {
      for (Layer head : Tails.of(original).heads()) {
        addHead(cost, head, 1);
        if (head.bias().isPresent()) {
          cost.add(head.outputs());
        }
      }
    }
    new OtherConstants(a, b, symmetry, separateHeads).addTo(cost);
    return cost.build();
  }

  private List<Layer> trunk() {
    Tails tails = Tails.of(a);
    return a.layers().stream().filter(layer -> !tails.isHead(layer)).toList();
  }

  /** Those that have heads in the merged network. */
  private List<Network> originals() {
    return separateHeads ? List.of(a, b) : List.of(a);
  }

  private void addHead(QuadraticCost.Builder cost, Layer head, long positions) {
    long factor = Math.multiplyExact(positions, head.window().taps());
    cost.addProduct(factor, inputs(head), AxisLength.constant(head.outputs()));
  }

  private void addWeights(QuadraticCost.Builder cost, Layer layer, long positions) {
    long factor = Math.multiplyExact(positions, layer.window().taps());
    AxisLength outputs = outputs(layer);
    if (layer.kind().isPerChannel()) {
      cost.add(outputs.times(factor));
    } else if (!layer.kind().isDense()) {
      long each = layer.inputs() / layer.groups();
      cost.add(Math.multiplyExact(factor, each * layer.outputs()));
    } else {
      cost.addProduct(factor, inputs(layer), outputs);
      if (blocks.test(layer)) {
        cost.addSeparateProduct(-2 * factor, inputs(layer), outputs);
      }
    }
  }

  private AxisLength outputs(Layer layer) {
    return lengths.of(layer.weight(), layer.outputAxis(), layer.outputs());
  }

  private AxisLength inputs(Layer layer) {
    return lengths.of(layer.weight(), layer.inputAxis(), layer.inputs());
  }
}
