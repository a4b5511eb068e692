package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.checkpoint.CheckpointWriter;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Predictor;
import io.github.pleas.eval.WrittenModel;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MergedParameters;
import io.github.pleas.merge.MergedStateDict;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;

/**
 * Writes a merged network as a checkpoint like A's, and proves it before it takes its final name:
 * the network built afresh from the file computes what was computed in memory.
 */
final class CheckpointOutput {
  /** The largest relative difference that rounding in single precision explains. */
  private static final double TOLERANCE = 1e-3;

  private static final int IMAGES = 16;

  private final NetworkOptions networks;
  private final OrtRuntime runtime;
  private final NetworkReader reader;

  CheckpointOutput(NetworkOptions networks, OrtRuntime runtime, NetworkReader reader) {
    this.networks = networks;
    this.runtime = runtime;
    this.reader = reader;
  }

  /** Whether an output is to be a checkpoint, by its name. */
  static boolean isAsked(Path out) {
    String name = out.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".pth") || name.endsWith(".pt") || name.endsWith(".safetensors");
  }

  /** Refuses early what cannot be written as a checkpoint. */
  static void check(MergeRequest request) {
    if (!isAsked(request.out())) {
      return;
    }
    String out = request.out().toString();
    if (!Checkpoints.isCheckpoint(request.a())) {
      throw new InvalidInputException(
          "%s would have the names of A's parameters, and A (%s) is no checkpoint; write .onnx"
              .formatted(out, request.a()));
    }
    if (request.options().heads().fork().isPresent()) {
      throw new InvalidInputException(
          out + ": what --fork-at makes has no place in a state dict; write .onnx");
    }
    if (request.options().layout() != Layout.DENSE) {
      throw new InvalidInputException(
          out + ": a state dict has one tensor for each layer; use --layout dense, or write .onnx");
    }
  }

  /**
   * Writes the checkpoint.
   *
   * @param signature of the merged network
   * @param companion what is written with it
   * @throws PleasException if the network from the file computes something else
   */
  void write(
      MergeRequest asked,
      MergeResult result,
      CalibrationImages images,
      Predictor.Signature signature,
      WrittenModel.Companion companion) {
    int count = Math.min(IMAGES, images.size());
    Predictor predictor = new Predictor(runtime);
    Logits expected =
        joined(predictor.predict(result.graph(), signature, count, images::copyTo).values());
    try (StateDict original = Checkpoints.open(asked.a(), networks.entry())) {
      StateDict merged =
          new MergedStateDict(
              original,
              MergedParameters.of(networks.built(original, asked.a()), result, runtime, images));
      boolean rounded =
          merged.entries().stream()
              .anyMatch(e -> e.type() == ElementType.FLOAT16 || e.type() == ElementType.BFLOAT16);
      CheckpointWriter.of(asked.out())
          .write(
              merged,
              asked.out(),
              file -> {
                Network found = reader.read(file);
                double error =
                    expected.relativeError(
                        joined(
                            predictor
                                .predict(
                                    found.graph(),
                                    Predictor.Signature.of(found),
                                    count,
                                    images::copyTo)
                                .values()));
                // What rounding to 16 bits does is the user's choice, and is told.
                if (!rounded && !(error <= TOLERANCE)) {
                  throw new PleasException(
                      String.format(
                          Locale.ROOT,
                          "%s was not written: built afresh, its output differs by %.1e (relative) from what was computed in memory",
                          asked.out(),
                          error));
                }
                companion.write(file, error);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(asked.a() + " cannot be closed", e);
    }
  }

  /** Outputs of separate labels, A's classes first, as the checkpoint's one head has them. */
  private static Logits joined(Collection<Logits> outputs) {
    return outputs.stream()
        .reduce(Logits::beside)
        .orElseThrow(() -> new IllegalStateException("a network without outputs"));
  }
}
