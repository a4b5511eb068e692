package io.github.pleas.runtime;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.List;
import java.util.Map;

/**
 * The nodes of a tap, and what they read and make. The names of its own values must not be those of
 * the network's.
 */
public interface TapGraph {
  /** The values of the network that it reads, of single precision. */
  List<String> values();

  /** Its nodes, each after those whose outputs it reads. */
  List<Node> nodes();

  /** Constants of its own. */
  Map<String, Tensor> constants();

  /** What it is given for each batch, besides the values. */
  List<ValueInfo> inputs();

  /** What it makes of each batch. */
  List<ValueInfo> outputs();
}
