package io.github.pleas.fit;

import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Frontier;
import io.github.pleas.runtime.TensorStore;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the merged network gives on all images once its last layer is solved: only what comes behind
 * the values on its frontier runs.
 *
 * @param frontier the merged network's, at the last layers
 * @param constants all of the network's
 */
record FittedOutputs(Frontier frontier, Map<String, Tensor> constants) {
  /**
   * Hands them out. An output that was computed on the way and forgotten, since nothing more read
   * it, or that is no single-precision tensor, is not at hand: then nothing is.
   */
  void give(OutputObserver observer) {
    Set<String> outputs = observer.outputs();
    if (!frontier.reaches(outputs)) {
      return;
    }
    frontier.advance(outputs, constants);
    if (!frontier.holds(outputs)) {
      return;
    }
    Chunks chunks = frontier.chunks();
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      give(observer, chunk, chunks);
    }
  }

  private void give(OutputObserver observer, int chunk, Chunks chunks) {
    Map<String, TensorStore.Reading> readings = new LinkedHashMap<>();
    try {
      for (String output : observer.outputs()) {
        readings.put(output, frontier.read(output, chunk));
      }
      Map<String, FloatBuffer> values = new LinkedHashMap<>();
      readings.forEach((output, reading) -> values.put(output, reading.floats()));
      observer.observe(chunks.start(chunk), chunks.images(chunk), values);
    } finally {
      readings.values().forEach(TensorStore.Reading::close);
    }
  }
}
