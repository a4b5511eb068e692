package io.github.pleas.merge;

import io.github.pleas.PleasException;

/**
 * Somebody asked for the end of a merge: its thread was interrupted, or it was told so. Nothing was
 * written; memory and temporary files were given back.
 */
public final class MergeCancelledException extends PleasException {
  private static final long serialVersionUID = 1L;

  /** A merge that ended where it looked whether it should. */
  public MergeCancelledException() {
    super("the merge was cancelled");
  }

  /**
   * A merge that ended elsewhere.
   *
   * @param cause what the cancellation led to
   */
  public MergeCancelledException(Throwable cause) {
    super("the merge was cancelled", cause);
  }
}
