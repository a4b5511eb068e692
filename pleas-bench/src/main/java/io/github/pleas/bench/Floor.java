package io.github.pleas.bench;

import static java.util.Objects.requireNonNull;

import io.github.pleas.fit.LayerFit;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.BatchInputs;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.FullPass;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.ValueShape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What no merge of this kind can do without: one forward pass of A, of B and of the merged network
 * over all images, and the multiply-accumulates of the fits' moments, each at the speed that the
 * libraries reach on this machine when they do nothing else.
 *
 * @param originals seconds of the forward passes of A and B
 * @param merged seconds of the forward pass of the merged network
 * @param processor seconds of processor time of all threads, for the passes and the moments
 * @param macs multiply-accumulates of the moments
 * @param moments seconds that they take at the peak of single-precision products
 */
record Floor(double originals, double merged, double processor, double macs, double moments) {
  private static final int BATCH = 64;

  static Floor measure(OrtRuntime runtime, MergeMeasurement merge, Peak peak) {
    Network a = merge.networks().a();
    Network b = merge.networks().b();
    Chunks chunks = new Chunks(merge.images().size(), a.fixedBatch().orElse(BATCH), false);
    double processor = ProcessorTime.seconds();
    double originals =
        seconds(runtime, a.graph(), a::shape, merge, chunks)
            + seconds(runtime, b.graph(), b::shape, merge, chunks);
    double merged =
        seconds(
            runtime, merge.result().graph(), merge.result().architecture()::shape, merge, chunks);
    processor = ProcessorTime.seconds() - processor;
    double macs = 0;
    Map<String, MergedLayer> layers = new HashMap<>();
    merge.result().architecture().layers().forEach(layer -> layers.put(layer.name(), layer));
    for (LayerFit fit : merge.result().layers()) {
      MergedLayer layer = requireNonNull(layers.get(fit.layer()), fit.layer());
      long weights = (long) layer.out().length() * layer.unknowns();
      macs += macs(fit, layer.layer().kind(), weights);
    }
    return new Floor(
        originals,
        merged,
        processor + macs / peak.perProcessorSecond(),
        macs,
        macs / peak.single());
  }

  /**
   * The upper triangle of X'X, and X'T; where a layer acts on channels alone, of each channel's.
   *
   * @param weights numbers in its weight
   */
  static double macs(LayerFit fit, Layer.Kind kind, long weights) {
    double unknowns = fit.unknowns() + 1;
    double outputs = (double) weights / fit.unknowns();
    return fit.rows()
        * (kind.isPerChannel()
            ? outputs * unknowns * (unknowns + 3) / 2
            : unknowns * (unknowns + 1) / 2 + unknowns * outputs);
  }

  /** Seconds of a pass over all images, the session open and warm. */
  private static double seconds(
      OrtRuntime runtime,
      Graph graph,
      Function<String, ValueShape> shapes,
      MergeMeasurement merge,
      Chunks chunks) {
    Set<String> outputs = graph.outputs().stream().map(ValueInfo::name).collect(Collectors.toSet());
    List<String> inputs = graph.inputs().stream().map(ValueInfo::name).toList();
    double seconds = 0;
    try (FullPass pass = new FullPass(runtime, graph, outputs, shapes, chunks.size());
        BatchInputs input = new BatchInputs(inputs, shapes, chunks.size())) {
      int first = chunks.images(0);
      pass.run(input.fill(merge.images(), 0, first, chunks.batch(0)), chunks.batch(0));
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        Map<String, Session.FloatArray> batch =
            input.fill(
                merge.images(), chunks.start(chunk), chunks.images(chunk), chunks.batch(chunk));
        long start = System.nanoTime();
        pass.run(batch, chunks.batch(chunk));
        seconds += (System.nanoTime() - start) / 1e9;
      }
    }
    return seconds;
  }

  double total() {
    return originals + fit();
  }

  /** What the fit cannot do without: the merged network's pass and the moments. */
  double fit() {
    return merged + moments;
  }
}
