package io.github.pleas.merge;

import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.OriginalOutputs;
import io.github.pleas.eval.OutputBatches;
import io.github.pleas.matching.Activations;
import io.github.pleas.matching.Calibration;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.RowSample;
import io.github.pleas.runtime.TensorStore;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the originals gave on the calibration images in their pass, so that how well merged networks
 * agree with them is measured without running them again: of each original its outputs on its own
 * domain's images, or on all where one set serves both.
 *
 * <p>They are kept with the rows that targets are made of, in memory as long as it lasts and then
 * on disk; but only where they are small beside that memory. Larger ones, of segmenters or language
 * models, would push out rows that the fit reads again and again, and fill disks.
 */
final class KeptOutputs implements PairedPass.Observer, OriginalOutputs {
  /** What outputs may take of the memory for kept tensors: an eighth. */
  private static final long SHARE = 8;

  private final KeptOriginal a;
  private final KeptOriginal b;

  private KeptOutputs(KeptOriginal a, KeptOriginal b) {
    this.a = a;
    this.b = b;
  }

  /**
   * Outputs to be kept of a pass; none if they are too large, or not the merged network's: with
   * vocabularies of their own the originals read other tokens in the pass.
   *
   * @param store keeps them
   * @param memory bytes that the store may hold
   */
  static Optional<KeptOutputs> of(
      Merger.Prepared networks, Calibration images, TensorStore store, long memory) {
    boolean computed =
        KeptOriginal.isComputed(networks.a()) && KeptOriginal.isComputed(networks.b());
    if (!computed || images.originals().isPresent()) {
      return Optional.empty();
    }
    int ofA = images.hasTwoDomains() ? images.sizeA() : images.size();
    int beginB = images.hasTwoDomains() ? images.sizeA() : 0;
    KeptOriginal a = new KeptOriginal(networks.a(), 0, ofA, store);
    KeptOriginal b = new KeptOriginal(networks.b(), beginB, images.size(), store);
    return isSmall(a.bytes() + b.bytes(), memory)
        ? Optional.of(new KeptOutputs(a, b))
        : Optional.empty();
  }

  /**
   * Whether outputs are small enough to be kept.
   *
   * @param bytes that they take
   * @param memory bytes that their store may hold
   */
  static boolean isSmall(long bytes, long memory) {
    return bytes <= memory / SHARE;
  }

  @Override
  public void observe(int first, int count, Activations ofA, Activations ofB) {
    a.observe(first, count, ofA);
    b.observe(first, count, ofB);
  }

  @Override
  public List<RowSample> rows() {
    return List.of();
  }

  @Override
  public Set<String> wholeValues() {
    Set<String> values = new HashSet<>(a.outputs());
    values.addAll(b.outputs());
    return values;
  }

  @Override
  public OutputBatches ofA(Agreement.Domain domain) {
    return a.open(domain.size());
  }

  @Override
  public OutputBatches ofB(Agreement.Domain domain) {
    return b.open(domain.size());
  }

  /** Writes everything that was seen. */
  void write(DataOutputStream out) throws IOException {
    a.write(out);
    b.write(out);
  }

  /**
   * Takes everything from where it was written, instead of seeing it.
   *
   * @throws IOException if it cannot be read, or is of other images or outputs
   */
  void read(DataInputStream in) throws IOException {
    a.read(in);
    b.read(in);
  }

  /** Gives everything back. */
  void clear() {
    a.clear();
    b.clear();
  }
}
