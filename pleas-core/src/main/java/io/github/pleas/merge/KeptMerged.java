package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;

import io.github.pleas.eval.OutputBatches;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.OutputObserver;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.matching.Calibration;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.TensorStore;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a merged network gives on the calibration images when its last layer is fitted, so that how
 * well it agrees with the originals is measured without running it again.
 *
 * <p>Like those of the originals ({@link KeptOutputs}) its outputs are kept only where they are
 * small beside the memory for kept tensors.
 */
final class KeptMerged implements OutputObserver {
  private final MergedArchitecture merged;
  private final Calibration images;
  private final Map<String, Integer> widths;
  private final KeptBatches batches;

  private KeptMerged(
      MergedArchitecture merged,
      Calibration images,
      Map<String, Integer> widths,
      KeptBatches batches) {
    this.merged = merged;
    this.images = images;
    this.widths = widths;
    this.batches = batches;
  }

  /**
   * Outputs to be kept of a fit; none if they are too large, or not computed for each image in
   * single precision.
   *
   * @param store keeps them
   * @param memory bytes that the store may hold
   */
  static Optional<KeptMerged> of(
      MergedArchitecture merged, Calibration images, TensorStore store, long memory) {
    if (!isComputed(merged)) {
      return Optional.empty();
    }
    Map<String, Integer> widths = new LinkedHashMap<>();
    for (ValueInfo output : merged.graph().outputs()) {
      long width = merged.shape(output.name()).elementsPerImage();
      widths.put(output.name(), Math.toIntExact(width));
    }
    return KeptOutputs.isSmall(KeptBatches.bytes(widths, images.size()), memory)
        ? Optional.of(
            new KeptMerged(merged, images, widths, new KeptBatches(widths, images.size(), store)))
        : Optional.empty();
  }

  private static boolean isComputed(MergedArchitecture merged) {
    Graph graph = merged.graph();
    Set<String> computed =
        graph.nodes().stream().map(Node::outputs).flatMap(List::stream).collect(Collectors.toSet());
    return graph.outputs().stream()
        .allMatch(
            output ->
                output.type() == ElementType.FLOAT
                    && computed.contains(output.name())
                    && merged.shape(output.name()).batchAxis() == 0);
  }

  @Override
  public Set<String> outputs() {
    return widths.keySet();
  }

  @Override
  public void observe(int first, int count, Map<String, FloatBuffer> values) {
    batches.add(first, count, output -> requireNonNull(values.get(output)));
  }

  /** Whether all images are there: not every fit hands them out. */
  boolean isComplete() {
    return batches.isComplete();
  }

  /** Whether these are what a network that computes the same is asked for. */
  boolean answers(Predictor.Signature signature) {
    return List.copyOf(outputs()).equals(signature.outputs())
        && outputs().stream()
            .allMatch(output -> merged.shape(output).equals(signature.shapes().apply(output)));
  }

  /** Its outputs on the images of A's domain and on those of B's, or on all that serve both. */
  List<OutputBatches> open() {
    int ofA = images.hasTwoDomains() ? images.sizeA() : images.size();
    return images.hasTwoDomains()
        ? List.of(batches.open(0, ofA), batches.open(ofA, images.size() - ofA))
        : List.of(batches.open(0, ofA));
  }

  /** Gives everything back. */
  void clear() {
    batches.clear();
  }
}
