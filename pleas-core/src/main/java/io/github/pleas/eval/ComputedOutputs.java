package io.github.pleas.eval;

import io.github.pleas.network.Network;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * Outputs of originals that run when they are asked: nothing but a batch is kept, however large.
 *
 * @param predictor runs them
 * @param a the first
 * @param b the second
 */
record ComputedOutputs(Predictor predictor, Network a, Network b) implements OriginalOutputs {
  @Override
  public OutputBatches ofA(Agreement.Domain domain) {
    return of(a, domain);
  }

  @Override
  public OutputBatches ofB(Agreement.Domain domain) {
    return of(b, domain);
  }

  private OutputBatches of(Network original, Agreement.Domain domain) {
    BatchRun run = predictor.open(original);
    return new OutputBatches() {
      @Override
      public int capacity() {
        return run.capacity();
      }

      @Override
      public Map<String, FloatBuffer> of(int first, int count) {
        return run.run(first, count, domain.feed());
      }

      @Override
      public void close() {
        run.close();
      }
    };
  }
}
