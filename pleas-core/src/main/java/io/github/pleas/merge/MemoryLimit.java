package io.github.pleas.merge;

/**
 * A bound on memory.
 *
 * @param ofProcess whether it is for the process as a whole, Java's heap and native libraries
 *     included; else for the tensors alone that are kept between layers
 * @param bytes at least 1
 */
public record MemoryLimit(boolean ofProcess, long bytes) {
  /** A bound on kept tensors, in native memory; what else a merge takes is not bounded. */
  public static MemoryLimit ofTensors(long bytes) {
    return new MemoryLimit(false, bytes);
  }

  /**
   * A bound on the process. Of it, Java's heap counts with the most that it may become ({@code
   * -Xmx}), and what running these networks takes is set aside; kept tensors have what is left, see
   * {@link MemoryShares}.
   */
  public static MemoryLimit ofProcess(long bytes) {
    return new MemoryLimit(true, bytes);
  }
}
