package io.github.pleas.spark;

import io.github.pleas.InvalidInputException;
import io.github.pleas.api.CheckpointOutput;
import io.github.pleas.api.MergedWriter;
import io.github.pleas.api.Originals;
import io.github.pleas.api.WrittenNetwork;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.FirstImages;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.OutputPaths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A network that was merged on a cluster, in the driver's memory. */
public final class MergedOnCluster {
  private static final int SHOWN = 3;

  private final Originals originals;
  private final FirstImages first;
  private final Provenance provenance;
  private final MergeResult result;
  private final List<String> notes;
  private final List<String> skipped;
  private final List<Integer> sizes;
  private final List<ClusterImages.Domain> domains;
  private final Supplier<Traffic> traffic;

  MergedOnCluster(
      Originals originals,
      FirstImages first,
      Provenance provenance,
      MergeResult result,
      List<String> notes,
      List<Unreadable> skipped,
      List<Integer> sizes,
      List<ClusterImages.Domain> domains,
      Supplier<Traffic> traffic) {
    this.originals = originals;
    this.first = first;
    this.provenance = provenance;
    this.result = result;
    this.skipped = skipped.stream().map(Unreadable::message).toList();
    List<String> all = new ArrayList<>(notes);
    if (!skipped.isEmpty()) {
      all.add(
          "%s left out: %s%s"
              .formatted(
                  skipped.size() == 1 ? "one image was" : skipped.size() + " images were",
                  this.skipped.stream().limit(SHOWN).collect(Collectors.joining("; ")),
                  skipped.size() > SHOWN ? "; ..." : ""));
    }
    this.notes = List.copyOf(all);
    this.sizes = List.copyOf(sizes);
    this.domains = List.copyOf(domains);
    this.traffic = traffic;
  }

  /** Everything: widths, pairs of units, fits, layouts, times. */
  public MergeResult result() {
    return result;
  }

  /** Images of each domain that it was merged on. */
  public List<Integer> images() {
    return sizes;
  }

  /** The domains. */
  List<ClusterImages.Domain> domains() {
    return domains;
  }

  /** The first images. */
  FirstImages first() {
    return first;
  }

  /** What the user should know of the cluster and of the images. */
  List<String> notes() {
    return notes;
  }

  /** A message for each image that was left out. */
  public List<String> skipped() {
    return skipped;
  }

  /** What the user should know. */
  public List<String> warnings() {
    List<String> all = new ArrayList<>(originals.notes());
    all.addAll(notes);
    all.addAll(result.warnings());
    return all;
  }

  /** What was moved over the cluster's network. */
  public Traffic traffic() {
    return traffic.get();
  }

  /**
   * Writes the network as ONNX, on the driver's machine. The file appears whole or not at all: it
   * is loaded afresh and run before it takes its name.
   *
   * @throws InvalidInputException if it cannot be written there, or is to be a checkpoint
   * @throws io.github.pleas.PleasException if writing fails, or the file computes something else
   */
  public WrittenNetwork write(Path out) {
    OutputPaths.requireNotOf(out, originals.fileA(), originals.fileB());
    requireOnnx(out);
    MergedWriter writer = new MergedWriter(originals, CalibrationImages.of(first.samples()));
    return writer.write(
        result,
        Precision.KEEP,
        writer.stored(result, Precision.KEEP, out),
        provenance,
        out,
        MergedWriter.Companion.NONE);
  }

  /**
   * Refuses a checkpoint: its statistics are those of all images.
   *
   * @throws InvalidInputException if it is one, by its name
   */
  static void requireOnnx(Path out) {
    if (CheckpointOutput.isAsked(out)) {
      throw new InvalidInputException(
          out
              + ": a cluster writes ONNX, since a checkpoint's statistics are those of all images;"
              + " write .onnx, or merge on one machine");
    }
  }
}
