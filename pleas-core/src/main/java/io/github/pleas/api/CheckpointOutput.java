package io.github.pleas.api;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.checkpoint.CheckpointWriter;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.checkpoint.WrittenCheckpoint;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Predictor;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MergedParameters;
import io.github.pleas.merge.MergedStateDict;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.ModelFiles;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Writes a merged network as a checkpoint like A's, and proves it before it takes its final name:
 * the network built afresh from the file computes what was computed in memory. Where the file is of
 * 16 bits, that is shown of the network before rounding, and what rounding does is measured and
 * told.
 */
public final class CheckpointOutput {
  /** The largest relative difference that rounding in single precision explains. */
  private static final double TOLERANCE = 1e-3;

  private static final int IMAGES = 16;

  private final Path a;
  private final ModelOptions models;
  private final OrtRuntime runtime;
  private final NetworkReader reader;

  /**
   * Writes checkpoints like A's.
   *
   * @param originals whose first is A
   */
  CheckpointOutput(Originals originals) {
    this.a = originals.fileA();
    this.models = originals.models();
    this.runtime = originals.runtime();
    this.reader = models.outputReader(runtime);
  }

  /** Whether an output is to be a checkpoint, by its name. */
  public static boolean isAsked(Path out) {
    String name = out.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".pth") || name.endsWith(".pt") || name.endsWith(".safetensors");
  }

  /**
   * Refuses early what cannot be written as a checkpoint.
   *
   * @param a the first original
   * @param options how it is merged
   * @param file where to; nothing is refused if that is no checkpoint
   * @throws InvalidInputException if A is none, or the merged network cannot be one
   */
  public static void check(Path a, MergeOptions options, Path file) {
    if (!isAsked(file)) {
      return;
    }
    String out = file.toString();
    if (!Checkpoints.isCheckpoint(a)) {
      throw new InvalidInputException(
          "%s would have the names of A's parameters, and A (%s) is no checkpoint; write .onnx"
              .formatted(out, a));
    }
    if (options.heads().fork().isPresent()) {
      throw new InvalidInputException(
          out + ": what --fork-at makes has no place in a state dict; write .onnx");
    }
    if (options.layout() != Layout.DENSE) {
      throw new InvalidInputException(
          out + ": a state dict has one tensor for each layer; use --layout dense, or write .onnx");
    }
  }

  /**
   * What proving a checkpoint has shown.
   *
   * @param error the largest relative difference between the outputs of the network that is built
   *     afresh, in single precision at least, and those of the one in memory
   * @param rounding the same for the file's own values, where they are of 16 bits
   */
  record Proof(double error, OptionalDouble rounding) {}

  /** What is written together with the checkpoint, when that has proved itself. */
  @FunctionalInterface
  interface Companion {
    /**
     * Writes it.
     *
     * @param files the whole checkpoint, under a temporary name
     */
    void write(ModelFiles files, Proof proof);
  }

  /**
   * Writes the checkpoint.
   *
   * @param out where to
   * @param precision of its values, or to keep A's
   * @param signature of the merged network
   * @param companion what is written with it
   * @throws PleasException if the network from the file computes something else
   */
  void write(
      Path out,
      Precision precision,
      MergeResult result,
      CalibrationImages images,
      Predictor.Signature signature,
      Companion companion) {
    int count = Math.min(IMAGES, images.size());
    Predictor predictor = new Predictor(runtime);
    Logits expected =
        joined(predictor.predict(result.graph(), signature, count, images::copyTo).values());
    ToDoubleFunction<Network> difference =
        network ->
            expected.relativeError(
                joined(
                    predictor
                        .predict(
                            network.graph(), Predictor.Signature.of(network), count, images::copyTo)
                        .values()));
    try (StateDict original = Checkpoints.open(a, models.entry(a))) {
      Map<String, Tensor> parameters =
          MergedParameters.of(models.built(original, a), result, runtime, images);
      StateDict merged = new MergedStateDict(precision.of(original), parameters);
      OptionalDouble before = OptionalDouble.empty();
      if (isRounded(merged)) {
        before = OptionalDouble.of(difference.applyAsDouble(unrounded(out, parameters, original)));
        requireSame(out, before.getAsDouble());
      }
      OptionalDouble proven = before;
      CheckpointWriter.of(out)
          .write(
              merged,
              out,
              file -> {
                WrittenCheckpoint.requireSame(merged, file, out);
                double error = difference.applyAsDouble(reader.read(file));
                if (proven.isEmpty()) {
                  requireSame(out, error);
                }
                companion.write(
                    ModelFiles.of(file),
                    proven.isPresent()
                        ? new Proof(proven.getAsDouble(), OptionalDouble.of(error))
                        : new Proof(error, OptionalDouble.empty()));
              });
    } catch (IOException e) {
      throw new UncheckedIOException(a + " cannot be closed", e);
    }
  }

  private static boolean isRounded(StateDict dict) {
    return dict.entries().stream()
        .anyMatch(e -> e.type() == ElementType.FLOAT16 || e.type() == ElementType.BFLOAT16);
  }

  /** The network of the file before its values are rounded: what rounding does is no mistake. */
  private Network unrounded(Path out, Map<String, Tensor> parameters, StateDict original) {
    StateDict single = new MergedStateDict(Precision.FLOAT32.of(original), parameters);
    return reader.of(models.built(single, out).graph(), out.toString());
  }

  private static void requireSame(Path out, double error) {
    if (!(error <= TOLERANCE)) {
      throw new PleasException(
          String.format(
              Locale.ROOT,
              "%s was not written: built afresh, its output differs by %.1e (relative) from what was computed in memory",
              out,
              error));
    }
  }

  /** Outputs of separate labels, A's classes first, as the checkpoint's one head has them. */
  private static Logits joined(Collection<Logits> outputs) {
    return outputs.stream()
        .reduce(Logits::beside)
        .orElseThrow(() -> new IllegalStateException("a network without outputs"));
  }
}
