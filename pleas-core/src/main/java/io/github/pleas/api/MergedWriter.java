package io.github.pleas.api;

import io.github.pleas.Digest;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.MergedVocabulary;
import io.github.pleas.data.Vocabularies;
import io.github.pleas.eval.Predictor;
import io.github.pleas.eval.WrittenModel;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.Network;
import io.github.pleas.network.OwnRows;
import io.github.pleas.network.StoredPrecision;
import io.github.pleas.onnx.ModelFiles;
import io.github.pleas.onnx.ValueInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Writes merged networks of two originals, as ONNX or as a checkpoint like A's, whichever the
 * file's name says. A file takes its name only when it is complete and has been shown to compute
 * what was computed in memory.
 */
public final class MergedWriter {
  /** What is written together with the network: if it fails, the network is not written either. */
  @FunctionalInterface
  public interface Companion {
    /** No companion. */
    Companion NONE = (temporary, written) -> {};

    /**
     * Writes it; called when the network has proved itself, before it takes its final name.
     *
     * @param temporary the network's file, complete, under a temporary name
     * @param written what it is, under its final name
     */
    void write(Path temporary, WrittenNetwork written);
  }

  private final Originals originals;
  private final CalibrationImages images;

  /**
   * A writer of networks that were merged of two.
   *
   * @param images some of which they are run on
   */
  public MergedWriter(Originals originals, CalibrationImages images) {
    this.originals = originals;
    this.images = images;
  }

  /**
   * In what weights are stored: what is asked for; or what both originals are stored in; or, in a
   * checkpoint, what A is stored in.
   */
  public static Precision precision(Precision asked, Path out, Network a, Network b) {
    Precision kept = CheckpointOutput.isAsked(out) ? a.stored() : a.stored().wider(b.stored());
    return asked == Precision.KEEP ? kept : asked;
  }

  /**
   * Refuses a precision that the originals' ONNX version does not have.
   *
   * @throws io.github.pleas.InvalidInputException if it has not
   */
  public static void requireKnown(Precision asked, Path out, Network a, Network b) {
    if (!CheckpointOutput.isAsked(out)) {
      StoredPrecision.requireKnown(a.graph(), precision(asked, out, a, b));
    }
  }

  /** A network as its file will have it. A checkpoint is like A's, and rounded in its own form. */
  public StoredResult stored(MergeResult result, Precision asked, Path out) {
    Precision precision = precision(asked, out, originals.a(), originals.b());
    return CheckpointOutput.isAsked(out)
        ? new StoredResult(result.graph(), precision, OptionalDouble.empty())
        : StoredResult.of(
            result, precision, new Predictor(originals.runtime()), signature(result), images);
  }

  private Predictor.Signature signature(MergeResult result) {
    return result.measurable(originals.a()).signature();
  }

  /**
   * Writes a network.
   *
   * @param asked of its weights in a checkpoint; in ONNX they are as they are stored
   * @param stored as {@link #stored} gives it
   * @param provenance told of in an ONNX file
   * @param out the file to be made or replaced
   * @param companion written with it
   * @throws io.github.pleas.PleasException if writing fails or the file computes something else;
   *     what was there before is then still there
   */
  public WrittenNetwork write(
      MergeResult result,
      Precision asked,
      StoredResult stored,
      Provenance provenance,
      Path out,
      Companion companion) {
    List<WrittenNetwork> written = new ArrayList<>();
    CheckpointOutput.Companion proven =
        (files, proof) -> {
          written.add(counted(files, out, stored.precision(), proof));
          companion.write(files.model(), written.get(0));
        };
    if (CheckpointOutput.isAsked(out)) {
      new CheckpointOutput(originals).write(out, asked, result, images, signature(result), proven);
    } else {
      new WrittenModel(new Predictor(originals.runtime()))
          .write(
              stored.graph().withMetadata(metadata(provenance, result)),
              signature(result),
              images.size(),
              images,
              out,
              (files, error) ->
                  proven.write(files, new CheckpointOutput.Proof(error, stored.rounding())));
    }
    return written.get(0);
  }

  /**
   * The file's properties: where it comes from, and what its tokens are if they are of two
   * vocabularies.
   */
  private Map<String, String> metadata(Provenance provenance, MergeResult result) {
    Map<String, String> all = new LinkedHashMap<>(provenance.metadata(result));
    Network a = originals.prepared().a();
    Network b = originals.prepared().b();
    if (!a.ownRows().isEmpty()) {
      Vocabularies vocabularies = provenance.options().vocabularies().orElseThrow();
      List<String> outputs = result.graph().outputs().stream().map(ValueInfo::name).toList();
      int ofA = provenance.options().heads().separate() ? a.graph().outputs().size() : 0;
      all.putAll(
          MergedVocabulary.properties(
              new MergedVocabulary(
                  vocabularies.a(), rows(a), outputs.subList(0, ofA == 0 ? outputs.size() : ofA)),
              new MergedVocabulary(
                  vocabularies.b(), rows(b), outputs.subList(ofA, outputs.size()))));
    }
    return all;
  }

  private static OwnRows rows(Network network) {
    return network.ownRows().values().iterator().next();
  }

  /** What the file is; counted again: the plan is one thing, what is executed another. */
  private WrittenNetwork counted(
      ModelFiles files, Path out, Precision precision, CheckpointOutput.Proof proof) {
    Path file = files.model();
    Network counted = originals.models().outputReader(originals.runtime()).read(file);
    try {
      return new WrittenNetwork(
          out,
          Files.size(file),
          Digest.sha256(file),
          files.data(),
          precision,
          proof.error(),
          proof.rounding(),
          counted.macs(),
          counted.parameters());
    } catch (IOException e) {
      throw new UncheckedIOException("the size of " + file + " cannot be read", e);
    }
  }
}
