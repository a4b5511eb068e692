package io.github.pleas.runtime;

import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.List;
import java.util.Map;

/**
 * Nodes that read values where they are computed, and what they make of it for each batch: a value
 * that is large on a GPU need not be carried to the processor and back for something small.
 *
 * <p>Used by one thread at a time. The names of its own values must not be those of the network's.
 */
public interface Tap {
  /** The values of the network that it reads, of single precision. */
  List<String> values();

  /**
   * Told, before anything else is asked, of memory where its nodes run: what it takes of it, it
   * gives back itself. Not called where there is no other memory than the processor's.
   */
  default void useCard(CardMemory card) {}

  /** Its nodes, each after those whose outputs it reads. */
  List<Node> nodes();

  /** Constants of its own. */
  Map<String, Tensor> constants();

  /** What it is given for each batch, besides the values. */
  List<ValueInfo> inputs();

  /** What it makes of each batch. */
  List<ValueInfo> outputs();

  /**
   * Gets ready for a batch: called in the batches' order, and for the next one before what was made
   * of the one before is taken.
   *
   * @param chunk which batch
   */
  Batch open(int chunk);

  /** What goes in and comes out of one batch; by one thread at a time. */
  interface Batch {
    /** What the tap is given. */
    Map<String, ? extends RunArray> given();

    /** Where what it makes is written to. */
    Map<String, ? extends RunArray> made();

    /** Told, in the batches' order, that what it makes is written; the last call. */
    void take();
  }
}
