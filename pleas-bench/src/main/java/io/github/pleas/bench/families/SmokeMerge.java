package io.github.pleas.bench.families;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.eval.Predictor;
import io.github.pleas.eval.WrittenModel;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MemoryLimit;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.Merger;
import io.github.pleas.merge.SizePlan;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Merges two networks of random weights on random images, several times from one pass over them,
 * and proves each file: loaded afresh, its outputs are finite, of the shapes that were promised,
 * and those that were computed in memory. It says nothing of accuracy.
 */
final class SmokeMerge implements AutoCloseable {
  private final OrtRuntime runtime;
  private final Network a;
  private final RandomCalibration images;
  private final MergeSession session;

  /**
   * Matches the two.
   *
   * @param memory bytes for tensors
   * @param each images of each domain
   * @param widest the largest separate fraction that will be asked for
   * @throws InvalidInputException if they cannot be merged: why
   */
  SmokeMerge(OrtRuntime runtime, long memory, Network a, Network b, int each, double widest) {
    this.runtime = runtime;
    this.a = a;
    this.images = new RandomCalibration(a.inputs(), each);
    MergeOptions options =
        MergeOptions.defaults(Heads.shared())
            .withThreads(runtime.threads())
            .withMemory(MemoryLimit.ofTensors(memory))
            .withSeparateFraction(widest);
    Merger merger = new Merger(runtime, options);
    this.session = merger.open(merger.align(a, b), images, 1 + widest, MergeListener.NONE);
  }

  /**
   * Merges.
   *
   * @return "ok", or "refused: " and the reason
   */
  String merge(double separateFraction) {
    try {
      SizePlan plan = session.plan(BudgetOptions.ofFraction(separateFraction));
      prove(a, session.merge(plan, MergeListener.NONE), images);
      return "ok";
    } catch (InvalidInputException refusal) {
      return "refused: " + refusal.getMessage();
    }
  }

  @Override
  public void close() {
    session.close();
  }

  private void prove(Network a, MergeResult result, RandomCalibration images) {
    try {
      Path folder = Files.createTempDirectory("pleas-families");
      Path file = folder.resolve("merged.onnx");
      try {
        write(a, result, images, file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the merged network cannot be written", e);
    }
  }

  private void write(Network a, MergeResult result, RandomCalibration images, Path file) {
    // Outputs are written into memory of the promised shapes: another shape would be an error.
    Predictor.Signature signature =
        new Predictor.Signature(
            a.inputNames(),
            result.graph().outputs().stream().map(ValueInfo::name).toList(),
            result.architecture()::shape,
            a.fixedBatch());
    new WrittenModel(new Predictor(runtime))
        .write(result.graph(), signature, images.size(), images, file, WrittenModel.Companion.NONE);
  }
}
