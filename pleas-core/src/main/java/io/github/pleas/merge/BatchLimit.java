package io.github.pleas.merge;

import io.github.pleas.runtime.Device;

/** How much of both originals' activations is looked at together. */
public final class BatchLimit {
  /**
   * The fit runs each part of the merged network batch by batch: with few images it starts often.
   */
  private static final long PROCESSOR = 1L << 30;

  private static final long LEAST_ON_GPU = 256L << 20;

  /** A GPU is idle on small batches. */
  private static final long MOST = 12L << 30;

  /** Of a GPU that does not tell how much memory it has. */
  private static final long UNKNOWN = 32L << 30;

  /** What a batch may take of the GPU's memory. */
  private static final int OF_GPU = 4;

  /** What a batch may take of the memory for tensors that are kept. */
  private static final int SHARE = 2;

  private BatchLimit() {}

  /**
   * Bytes for the activations of one batch of both originals.
   *
   * @param device where they run
   * @param memory bytes for tensors that are kept, see {@link MergeOptions#memory}
   */
  public static long bytes(Device device, long memory) {
    if (device.cuda().isEmpty()) {
      return PROCESSOR;
    }
    long gpu = device.memory().orElse(UNKNOWN) / OF_GPU;
    return Math.max(LEAST_ON_GPU, Math.min(Math.min(MOST, gpu), memory / SHARE));
  }

  /** Images of one batch, at most. */
  public static int images(Device device) {
    return device.cuda().isEmpty() ? 64 : 128;
  }

  /**
   * Whether batches should have the same size: for each size that it meets a GPU's library chooses
   * algorithms anew.
   */
  public static boolean isEven(Device device) {
    return device.cuda().isPresent();
  }
}
