package io.github.pleas.merge;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.Device;
import java.util.Locale;

/**
 * Who may take how much of the memory that a merge has.
 *
 * @param heap Java's objects: calibration images, networks, moments
 * @param working native memory that running networks and solving layers takes, whatever is kept:
 *     the libraries, weights of open sessions, a batch of activations, a layer's factor
 * @param batch of that, activations of one batch of both originals
 * @param tensors native memory for tensors that are kept between layers; more goes to disk
 */
public record MemoryShares(long heap, long working, long batch, long tensors) {
  private static final long MEGABYTE = 1L << 20;

  /** Code, threads, and what ONNX Runtime and OpenBLAS take for themselves: measured. */
  private static final long LIBRARIES = 400 * MEGABYTE;

  /** Java makes its heap larger than -Xmx says by less than this, its largest region. */
  private static final long HEAP_STEP = 32 * MEGABYTE;

  /** With less for tensors, every one of them is written and read again. */
  private static final long LEAST_TENSORS = 64 * MEGABYTE;

  /** Activations of a batch, and half as much that ONNX Runtime needs to compute them. */
  public static final double BATCHES = 1.5;

  /** What a batch may take of the native memory, where it is little. */
  private static final int BATCH_SHARE = 8;

  /**
   * The shares.
   *
   * @param networks what is merged
   * @param widening how much wider than the originals' the widest merged layers may become, 1 to 2
   * @param device where networks run
   * @throws InvalidInputException if the process cannot do with so much: what to do
   */
  public static MemoryShares of(
      MemoryLimit limit, Merger.Prepared networks, double widening, Device device) {
    long heap = JavaHeap.most();
    return of(limit, heap, networks.a(), networks.b(), widening, device);
  }

  /**
   * The shares.
   *
   * @param heap the most that Java's heap may become
   */
  static MemoryShares of(
      MemoryLimit limit, long heap, Network a, Network b, double widening, Device device) {
    long solving = solving(a, widening) + weights(a, b, widening);
    if (!limit.ofProcess()) {
      long batch = BatchLimit.bytes(device, limit.bytes());
      return new MemoryShares(heap, working(solving, batch), batch, limit.bytes());
    }
    long left = limit.bytes() - heap;
    long batch = BatchLimit.bytes(device, left);
    long small = Math.min(batch, Math.max(1, left / BATCH_SHARE));
    long working = working(solving, small);
    long tensors = left - working;
    if (tensors < LEAST_TENSORS) {
      throw refusal(limit.bytes(), heap, least(LIBRARIES + solving + LEAST_TENSORS, batch));
    }
    return new MemoryShares(heap, working, small, tensors);
  }

  private static long working(long solving, long batch) {
    return LIBRARIES + solving + (long) (BATCHES * batch);
  }

  /** The factor of the largest layer, in double precision. */
  private static long solving(Network network, double widening) {
    double unknowns =
        network.layers().stream()
            .filter(layer -> layer.kind().isDense())
            .mapToInt(Layer::unknowns)
            .max()
            .orElse(0);
    return (long) (Double.BYTES * widening * widening * unknowns * unknowns);
  }

  /** Weights of both originals, or of the merged network, as sessions hold them. */
  private static long weights(Network a, Network b, double widening) {
    long both = a.parameters() + b.parameters();
    return (long) (Float.BYTES * both * Math.max(1, widening * widening / 2));
  }

  /**
   * The least native memory that is enough: where a batch gets its share of it, what is left must
   * hold all else; but a batch need not get more than some bytes.
   */
  private static long least(long allElse, long batch) {
    double share = 1 - BATCHES / BATCH_SHARE;
    return (long) Math.ceil(Math.min(allElse / share, allElse + BATCHES * batch)) + 1;
  }

  private static InvalidInputException refusal(long asked, long heap, long least) {
    return new InvalidInputException(
        String.format(
            Locale.ROOT,
            "%s of memory are too few for the whole process: Java's heap may take %s of them (-Xmx), and merging these networks about %s beside it; give %s or more, or start Java with a smaller heap, which has to hold networks and some calibration samples",
            size(asked),
            size(heap),
            size(least),
            size(enough(heap, least))));
  }

  /**
   * What is enough whether the heap stays as it is or becomes half of it, as the scripts have it:
   * half, then, in steps that Java leaves as they are.
   *
   * @param least bytes that are needed beside the heap
   */
  private static long enough(long heap, long least) {
    long half = (least + HEAP_STEP - 1) / HEAP_STEP * HEAP_STEP;
    return Math.max(heap + least, 2 * half);
  }

  private static String size(long bytes) {
    return String.format(Locale.ROOT, "%,d MB", (bytes + MEGABYTE - 1) / MEGABYTE);
  }
}
