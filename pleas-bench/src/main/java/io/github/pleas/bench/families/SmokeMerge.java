package io.github.pleas.bench.families;

import io.github.pleas.InvalidInputException;
import io.github.pleas.eval.Predictor;
import io.github.pleas.eval.WrittenModel;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merger;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Merges two networks of random weights on random images and proves the file: loaded afresh, its
 * outputs are finite, of the shapes that were promised, and those that were computed in memory. It
 * says nothing of accuracy.
 */
final class SmokeMerge {
  private final OrtRuntime runtime;
  private final MergeOptions options;

  SmokeMerge(OrtRuntime runtime, long memory, double separateFraction) {
    this.runtime = runtime;
    this.options =
        MergeOptions.defaults(Heads.shared())
            .withThreads(runtime.threads())
            .withMemory(memory)
            .withSeparateFraction(separateFraction);
  }

  /**
   * Merges.
   *
   * @param each images of each domain
   * @return "ok", or "refused: " and the reason
   */
  String merge(Network a, Network b, int each) {
    try {
      Merger merger = new Merger(runtime, options);
      RandomCalibration images = new RandomCalibration(a.shape(a.input()), each);
      MergeResult result = merger.merge(merger.align(a, b), images, MergeListener.NONE);
      prove(a, result, images);
      return "ok";
    } catch (InvalidInputException refusal) {
      return "refused: " + refusal.getMessage();
    }
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
            a.input(),
            result.graph().outputs().stream().map(ValueInfo::name).toList(),
            result.architecture()::shape,
            a.fixedBatch());
    new WrittenModel(new Predictor(runtime))
        .write(
            result.graph(),
            signature,
            images.size(),
            images::copyTo,
            file,
            WrittenModel.Companion.NONE);
  }
}
