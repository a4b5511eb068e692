package io.github.pleas.budget;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Product;
import io.github.pleas.network.Tails;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.symmetry.Separability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongBiFunction;

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
 * its original; behind a fork the first layers are such heads, and the others stay as they are.
 * Parameters are counted in the same way with p = 1, biases and {@link OtherConstants} added.
 *
 * <p>The counts of groups that cannot be kept separate have to be 0.
 */
public final class CostModel {
  private final Network a;
  private final int groups;
  private final Tails trunk;
  private final List<Ending> endings;
  private final Predicate<Layer> blocks;
  private final AxisLengths lengths;

  /**
   * An original whose tail the merged network has.
   *
   * @param network the original
   * @param tails where its tail begins
   */
  record Ending(Network network, Tails tails) {}

  /**
   * The model of two networks in the same names.
   *
   * @param separability which unit groups of A's trunk, which are B's too, may keep pairs separate
   * @param separateHeads whether each original has a head of its own, rather than one for both
   * @param fork the node behind which both stay separate; without it, the heads are what is
   * @param blocks which layers of A are laid out in blocks; asked of dense ones that are no heads
   */
  public CostModel(
      Network a,
      Network b,
      Separability separability,
      boolean separateHeads,
      Optional<String> fork,
      Predicate<Layer> blocks) {
    this.a = a;
    this.groups = separability.symmetry().groups().size();
    this.trunk = Tails.of(a, fork);
    Ending ofA = new Ending(a, trunk);
    this.endings = separateHeads ? List.of(ofA, new Ending(b, Tails.of(b, fork))) : List.of(ofA);
    this.blocks = blocks;
    this.lengths = new AxisLengths(separability);
  }

  /** Multiply-accumulates of what comes after the trunk: heads, or tails. */
  public QuadraticCost macsOfHeads() {
    return heads(Layer::positions);
  }

  /** Numbers in the weights of what comes after the trunk. */
  public QuadraticCost parametersOfHeads() {
    return heads((layer, network) -> 1);
  }

  private QuadraticCost heads(ToLongBiFunction<Layer, Network> positions) {
    QuadraticCost.Builder cost = new QuadraticCost.Builder(groups);
    for (Ending ending : endings) {
      for (Layer layer : tail(ending)) {
        addTail(cost, ending, layer, positions.applyAsLong(layer, ending.network()));
      }
    }
    return cost.build();
  }

  /**
   * Femtoseconds of all layers one after another for an image, each as if it were alone (see {@link
   * LayerTime}). What else a network does takes its time too: the whole is to be measured.
   */
  public QuadraticCost latency(LayerClock clock) {
    QuadraticCost.Builder cost = new QuadraticCost.Builder(groups);
    for (Layer layer : trunk()) {
      AxisLength out = outputs(layer);
      AxisLength in = layer.kind().isDense() ? inputs(layer) : AxisLength.constant(layer.inputs());
      clock.of(a, layer, in.moves(), out.moves()).addTo(cost, in, out, blocks.test(layer));
    }
    for (Ending ending : endings) {
      for (Layer layer : tail(ending)) {
        AxisLength out = AxisLength.constant(layer.outputs());
        AxisLength in =
            ending.tails().isHead(layer)
                ? read(ending, layer)
                : AxisLength.constant(layer.inputs());
        clock.of(ending.network(), layer, in.moves(), false).addTo(cost, in, out, false);
      }
    }
    return cost.build();
  }

  /** Multiply-accumulates of all layers, and of products of computed values, for one image. */
  public QuadraticCost macs() {
    QuadraticCost.Builder cost = new QuadraticCost.Builder(groups);
    for (Layer layer : trunk()) {
      addWeights(cost, layer, layer.positions(a));
    }
    for (Ending ending : endings) {
      for (Layer layer : tail(ending)) {
        addTail(cost, ending, layer, layer.positions(ending.network()));
      }
    }
    addProducts(cost);
    return cost.build();
  }

  private void addProducts(QuadraticCost.Builder cost) {
    for (Product product : Product.of(a)) {
      if (!trunk.isTail(product.node())) {
        addProduct(cost, product);
      }
    }
    for (Ending ending : endings) {
      for (Product product : Product.of(ending.network())) {
        if (ending.tails().isTail(product.node())) {
          cost.add(product.macs(ending.network()::shape));
        }
      }
    }
  }

  private void addProduct(QuadraticCost.Builder cost, Product product) {
    long still = product.numerator();
    List<AxisLength> moving = new ArrayList<>();
    for (Product.Axis factor : product.factors()) {
      int merged = a.shape(factor.value()).dimension(factor.axis());
      AxisLength length = lengths.of(factor.value(), factor.axis(), merged);
      if (length.moves()) {
        moving.add(length);
      } else {
        still = Math.multiplyExact(still, merged);
      }
    }
    if (moving.size() > 2) {
      throw new InvalidInputException(
          "%s: units on %d axes of the product '%s' could be separate; its cost can be counted where there are two at most; merge some of them wholly, by --merge"
              .formatted(a.source(), moving.size(), product.node().name()));
    }
    cost.addShare(still, moving, product.denominator());
  }

  /** Numbers in floating-point constants. */
  public QuadraticCost parameters() {
    QuadraticCost.Builder cost = new QuadraticCost.Builder(groups);
    for (Layer layer : trunk()) {
      addWeights(cost, layer, 1);
      if (layer.bias().isPresent()) {
        cost.add(outputs(layer));
      }
    }
    for (Ending ending : endings) {
      for (Layer layer : tail(ending)) {
        addTail(cost, ending, layer, 1);
        layer.bias().ifPresent(bias -> cost.add(ending.network().constant(bias).size()));
      }
    }
    new OtherConstants(a, trunk, endings, lengths).addTo(cost);
    return cost.build();
  }

  private List<Layer> trunk() {
    return a.layers().stream().filter(layer -> !trunk.isTail(layer.node())).toList();
  }

  private static List<Layer> tail(Ending ending) {
    return ending.network().layers().stream()
        .filter(layer -> ending.tails().isTail(layer.node()))
        .toList();
  }

  private void addTail(QuadraticCost.Builder cost, Ending ending, Layer layer, long positions) {
    long each = Math.multiplyExact(positions, layer.window().taps());
    if (ending.tails().isHead(layer)) {
      cost.addProduct(each, read(ending, layer), AxisLength.constant(layer.outputs()));
    } else {
      long weights = ending.network().constant(layer.weight()).size();
      cost.add(Math.multiplyExact(positions, weights));
    }
  }

  /** How many elements of the trunk a head reads. */
  private AxisLength read(Ending ending, Layer head) {
    if (!ending.tails().isForked()) {
      return inputs(head);
    }
    String value = ending.tails().passed(head.input());
    ValueShape shape = a.shape(value);
    for (int axis = 0; axis < shape.rank(); axis++) {
      AxisLength units = lengths.of(value, axis, shape.dimension(axis));
      if (axis != shape.batchAxis() && units.moves()) {
        // Flattening on the way makes a run of elements of each.
        return units.times(head.inputs() / units.merged());
      }
    }
    return AxisLength.constant(head.inputs());
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
