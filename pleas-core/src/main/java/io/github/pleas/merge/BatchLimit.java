package io.github.pleas.merge;

import io.github.pleas.runtime.Device;

/** How much of both originals' activations is looked at together. */
public final class BatchLimit {
  private static final long PROCESSOR = 256L << 20;

  /** A GPU is idle on small batches. */
  private static final long MOST = 8L << 30;

  /** What a batch may take of the memory for tensors that are kept. */
  private static final int SHARE = 4;

  private BatchLimit() {}

  /**
   * Bytes for the activations of one batch of both originals.
   *
   * @param device where they run
   * @param memory bytes for tensors that are kept, see {@link MergeOptions#memory}
   */
  public static long bytes(Device device, long memory) {
    return device.cuda().isEmpty()
        ? PROCESSOR
        : Math.max(PROCESSOR, Math.min(MOST, memory / SHARE));
  }
}
