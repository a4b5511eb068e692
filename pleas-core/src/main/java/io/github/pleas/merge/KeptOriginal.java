package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;

import io.github.pleas.eval.OutputBatches;
import io.github.pleas.matching.Activations;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.TensorStore;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** All outputs of one original on its own images. */
final class KeptOriginal {
  private final Network original;
  private final int begin;
  private final int end;
  private final Map<String, Integer> widths = new LinkedHashMap<>();
  private final KeptBatches batches;

  /**
   * Nothing yet.
   *
   * @param original see {@link #isComputed}
   * @param begin the first of its images among all of the pass
   * @param end behind the last of them
   */
  KeptOriginal(Network original, int begin, int end, TensorStore store) {
    this.original = original;
    this.begin = begin;
    this.end = end;
    for (ValueInfo output : original.graph().outputs()) {
      long width = original.shape(output.name()).elementsPerImage();
      widths.put(output.name(), Math.toIntExact(width));
    }
    this.batches = new KeptBatches(widths, end - begin, store);
  }

  Set<String> outputs() {
    return widths.keySet();
  }

  /** Whether a pass hands all outputs of an original out. */
  static boolean isComputed(Network original) {
    return original.graph().outputs().stream()
        .map(ValueInfo::name)
        .allMatch(
            output ->
                original.isFloat(output)
                    && !original.isConstant(output)
                    && !original.inputNames().contains(output));
  }

  /** What they will take, on all images. */
  long bytes() {
    return KeptBatches.bytes(widths, end - begin);
  }

  /** Keeps what a batch of the pass gave on own images. */
  void observe(int first, int count, Activations values) {
    int from = Math.max(first, begin);
    int own = Math.min(first + count, end) - from;
    if (own > 0) {
      batches.add(from - begin, own, output -> behind(values.whole(output), output, from - first));
    }
  }

  private FloatBuffer behind(FloatBuffer values, String output, int images) {
    int skipped = images * requireNonNull(widths.get(output));
    return values.slice(skipped, values.limit() - skipped);
  }

  /**
   * Opens them.
   *
   * @param images how many the original's own are thought to be
   * @throws IllegalArgumentException if they are not so many
   */
  OutputBatches open(int images) {
    if (images != end - begin) {
      throw new IllegalArgumentException(
          "outputs on %d images were kept, asked for are %d".formatted(end - begin, images));
    }
    return batches.open(0, images);
  }

  void write(DataOutputStream out) throws IOException {
    batches.write(out);
  }

  void read(DataInputStream in) throws IOException {
    batches.read(in);
  }

  void clear() {
    batches.clear();
  }
}
