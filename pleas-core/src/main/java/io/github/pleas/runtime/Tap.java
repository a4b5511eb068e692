package io.github.pleas.runtime;

import java.util.Map;

/**
 * Nodes that read values where they are computed, and what they make of it for each batch: a value
 * that is large on a GPU need not be carried to the processor and back for something small.
 *
 * <p>Used by one thread at a time.
 */
public interface Tap extends TapGraph {
  /**
   * Told, before anything else is asked, of memory where its nodes run: what it takes of it, it
   * gives back itself. Not called where there is no other memory than the processor's.
   */
  default void useCard(CardMemory card) {}

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
