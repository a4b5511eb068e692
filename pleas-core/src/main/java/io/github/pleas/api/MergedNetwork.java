package io.github.pleas.api;

import io.github.pleas.InvalidInputException;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Provenance;
import io.github.pleas.merge.Stage;
import io.github.pleas.network.OutputPaths;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/**
 * A network that was merged of two, in memory, and what is to be known about it. It keeps the
 * calibration data that it was merged on, to prove files with, as long as it is reachable.
 */
public final class MergedNetwork {
  private final Originals originals;
  private final MergeData.Loaded data;
  private final MergeOptions options;
  private final Precision precision;
  private final MergeListener listener;
  private final BooleanSupplier cancelled;
  private final List<String> notes;
  private final Provenance provenance;
  private final MergeResult result;

  /**
   * A merged network.
   *
   * @param merge what was asked for
   * @param options how it was merged
   */
  MergedNetwork(
      NetworkMerge.Request merge,
      Originals originals,
      MergeData.Loaded data,
      MergeOptions options,
      Provenance provenance,
      List<String> notes,
      MergeResult result) {
    this.originals = originals;
    this.data = data;
    this.options = options;
    this.precision = merge.precision();
    this.listener = merge.listener();
    this.cancelled = merge.cancelled();
    this.provenance = provenance;
    this.notes = notes;
    this.result = result;
  }

  /** Everything: widths, pairs of units, fits, layouts, times. */
  public MergeResult result() {
    return result;
  }

  /** The network. */
  public Graph graph() {
    return result.graph();
  }

  /** The names of its outputs: A's, and then B's where labels are separate. */
  public List<String> outputs() {
    return graph().outputs().stream().map(ValueInfo::name).toList();
  }

  /** Multiply-accumulates in originals, the mean of both: 1 is as cheap as one of them. */
  public double cost() {
    return result.cost().relative(result.cost().macs());
  }

  /** Parameters in originals, the mean of both. */
  public double parameters() {
    return result.cost().relativeParameters();
  }

  /**
   * What the fit of each layer left, in the network's order: |X W - T| / |T|, so that 0 is exact.
   * Empty where weights are not fitted.
   */
  public Map<String, Double> residuals() {
    Map<String, Double> residuals = new LinkedHashMap<>();
    for (LayerFit fit : result.layers()) {
      residuals.put(fit.layer(), fit.residual());
    }
    return residuals;
  }

  /** What the user should know, of the inputs and of the merge. */
  public List<String> warnings() {
    List<String> all = new ArrayList<>(notes);
    all.addAll(result.warnings());
    return all;
  }

  /** What the network was to cost at most, in originals; empty where everything was merged. */
  public OptionalDouble budget() {
    return options.size().budget();
  }

  /**
   * Writes the network: as ONNX, or, where the name ends in {@code .pth}, {@code .pt} or {@code
   * .safetensors}, as a checkpoint like A's, which takes {@link
   * io.github.pleas.layout.Layout#DENSE} and no fork. The file appears whole or not at all: it is
   * loaded afresh and run before it takes its name.
   *
   * @param out the file to be made or replaced
   * @throws InvalidInputException if it cannot be written there, is one of the originals, or cannot
   *     be a checkpoint
   * @throws io.github.pleas.merge.MergeCancelledException if the merge is cancelled meanwhile
   * @throws io.github.pleas.PleasException if writing fails, or the file computes something else
   */
  public WrittenNetwork write(Path out) {
    OutputPaths.requireNotOf(out, originals.fileA(), originals.fileB());
    CheckpointOutput.check(originals.fileA(), options, out);
    MergedWriter.requireKnown(precision, out, originals.a(), originals.b());
    MergedWriter writer = new MergedWriter(originals, data.calibration());
    return Cancellation.run(
        cancelled,
        listener,
        watched -> {
          watched.progress(Stage.WRITE, 0, 1);
          StoredResult stored = writer.stored(result, precision, out);
          WrittenNetwork written =
              writer.write(
                  result,
                  precision,
                  stored,
                  provenance,
                  out,
                  (temporary, proven) -> watched.progress(Stage.WRITE, 0, 1));
          listener.progress(Stage.WRITE, 1, 1);
          return written;
        });
  }

  /** One line, for logs. */
  @Override
  public String toString() {
    Heads heads = options.heads();
    return String.format(
        Locale.ROOT,
        "%s and %s merged, %s labels, %.2f of an original's cost",
        originals.fileA().getFileName(),
        originals.fileB().getFileName(),
        heads.separate() ? "separate" : "shared",
        cost());
  }
}
