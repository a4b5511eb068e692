package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.ValueShape;
import java.util.Optional;

/**
 * A layer with weights: what the fit solves for.
 *
 * @param node the operator that holds the weight
 * @param kind how its weights act
 * @param input the value that it reads
 * @param output the value that holds its result, bias included
 * @param weight the name of its weight
 * @param bias the name of its bias
 * @param inputs units (features) that it reads
 * @param outputs units that it writes
 * @param window what each output position sees
 */
public record Layer(
    Node node,
    Kind kind,
    String input,
    String output,
    String weight,
    Optional<String> bias,
    int inputs,
    int outputs,
    Window window) {

  /** How a layer's weights act. */
  public enum Kind {
    /** Conv with one group; weight [outputs, inputs, kernel...]. */
    CONVOLUTION,
    /** Conv with a group for each channel; weight [channels, 1, kernel...]. */
    DEPTHWISE,
    /** Conv with other groups; weight [outputs, inputs / groups, kernel...]. */
    GROUPED,
    /** Gemm; weight [outputs, inputs]. */
    GEMM,
    /** MatMul with a constant; weight [inputs, outputs]. */
    MATMUL,
    /** BatchNormalization that could not be folded: a factor and an offset for each channel. */
    AFFINE;

    /** Whether every output unit sees every input unit. */
    public boolean isDense() {
      return this == CONVOLUTION || this == GEMM || this == MATMUL;
    }

    /** Whether every output unit sees its own input unit only. */
    public boolean isPerChannel() {
      return this == DEPTHWISE || this == AFFINE;
    }
  }

  /** This layer where it reads a value of another name. */
  public Layer reading(String value) {
    return new Layer(node, kind, value, output, weight, bias, inputs, outputs, window);
  }

  public String name() {
    return node.name();
  }

  /** The axis of the weight that runs over output units. */
  public int outputAxis() {
    return kind == Kind.MATMUL ? 1 : 0;
  }

  /** The axis of the weight that runs over input units (for dense layers). */
  public int inputAxis() {
    return kind == Kind.MATMUL ? 0 : 1;
  }

  /** The axis of the input and output values that runs over units, in an array of some rank. */
  public int unitAxis(int rank) {
    return kind == Kind.MATMUL || kind == Kind.GEMM ? rank - 1 : 1;
  }

  /** Groups of a convolution: a unit of one sees the input units of the same one only. */
  public int groups() {
    return kind == Kind.GROUPED ? (int) node.intAttribute("group", 1) : 1;
  }

  /** Weights that one output unit has, without its bias. */
  public int unknowns() {
    return kind.isPerChannel() ? window.taps() : inputs / groups() * window.taps();
  }

  /** Rows that each image gives: positions of the output. */
  public long positions(Network network) {
    ValueShape shape = network.shape(output);
    return shape.elementsPerImage() / outputs;
  }

  /** Multiply-accumulates for one image. */
  public long macs(Network network) {
    long perUnit =
        switch (kind) {
          case DEPTHWISE -> window.taps();
          case AFFINE -> 1;
          default -> unknowns();
        };
    return positions(network) * outputs * perUnit;
  }

  /** Numbers in its weight and bias. */
  public long parameters(Network network) {
    long biases = bias.map(b -> network.constant(b).size()).orElse(0);
    return network.constant(weight).size() + biases;
  }
}
