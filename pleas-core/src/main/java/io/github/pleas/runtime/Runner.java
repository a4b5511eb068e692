package io.github.pleas.runtime;

import java.util.Map;

/** A graph that is loaded and ready to run. */
interface Runner extends AutoCloseable {
  /**
   * Runs the graph, writing the outputs into memory of the caller.
   *
   * @param inputs every input by name
   * @param outputs the outputs that are wanted, with the shapes that they will have
   * @throws io.github.pleas.PleasException if the run fails
   */
  void run(Map<String, ? extends RunArray> inputs, Map<String, ? extends RunArray> outputs);

  @Override
  void close();
}
