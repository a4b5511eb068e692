package io.github.pleas.runtime;

import io.github.pleas.onnx.Graph;
import java.util.Map;
import java.util.function.Function;

/** Says how long graphs take: here and now, as {@link #of} does, or as somebody made up. */
@FunctionalInterface
public interface GraphTimer {
  /**
   * A graph to be timed.
   *
   * @param graph with all its constants
   * @param shapes the shape of its inputs and outputs
   */
  record Candidate(Graph graph, Function<String, ValueShape> shapes) {}

  /**
   * The times of graphs, run in turns.
   *
   * @param graphs by name
   * @param batch images in each run
   * @param effort how long to measure, where it is measured
   */
  RunTimes.Measured time(Map<String, Candidate> graphs, int batch, RunTimes.Effort effort);

  /** What ONNX Runtime takes on this machine, on as many threads as the runtime has. */
  static GraphTimer of(OrtRuntime runtime) {
    return (graphs, batch, effort) -> {
      try (RunTimes times = new RunTimes(runtime, batch)) {
        graphs.forEach((name, timed) -> times.add(name, timed.graph(), timed.shapes()));
        return times.measure(effort);
      }
    };
  }
}
