package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;

/** How one operator ties the axes of its inputs, parameters and outputs. */
@FunctionalInterface
public interface OperatorRule {
  /**
   * States the ties of a node. Its inputs' axes have their elements already.
   *
   * @param node the node
   * @param ties where to state them
   */
  void apply(Node node, Ties ties);
}
