package io.github.pleas.api;

import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.Merger;
import io.github.pleas.merge.Provenance;
import io.github.pleas.merge.Stage;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.Beside;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.OperatorRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/**
 * Two networks, read from their files and found to be mergeable.
 *
 * @param fileA the first one's file
 * @param fileB the second one's
 * @param models how they were read
 * @param runtime where they run
 * @param a the first
 * @param b the second
 * @param merger merges them
 * @param prepared both, aligned
 * @param notes what the user should know of them
 */
public record Originals(
    Path fileA,
    Path fileB,
    ModelOptions models,
    OrtRuntime runtime,
    Network a,
    Network b,
    Merger merger,
    Merger.Prepared prepared,
    List<String> notes) {
  public Originals {
    notes = List.copyOf(notes);
  }

  /**
   * Two networks, read from their files: of each what it takes is known, not yet whether they can
   * be merged.
   *
   * @param runtime where they run
   * @param a the first
   * @param b the second
   */
  public record Read(
      Path fileA,
      Path fileB,
      ModelOptions models,
      MergeOptions options,
      OrtRuntime runtime,
      Network a,
      Network b) {
    /**
     * The same, aligned.
     *
     * @param rules for all operators through which units move
     * @throws io.github.pleas.InvalidInputException if they cannot be merged
     */
    public Originals aligned(OperatorRules rules) {
      List<String> notes = new ArrayList<>();
      models.recognised(fileA, a).ifPresent(notes::add);
      models.recognised(fileB, b).ifPresent(notes::add);
      Merger merger = new Merger(runtime, options, rules);
      return new Originals(fileA, fileB, models, runtime, a, b, merger, merger.align(a, b), notes);
    }
  }

  /**
   * Reads both and aligns them.
   *
   * @param options how they will be merged
   * @param rules for all operators through which units move
   * @throws io.github.pleas.InvalidInputException if one cannot be read, or they cannot be merged
   */
  public static Originals read(
      Path fileA,
      Path fileB,
      ModelOptions models,
      MergeOptions options,
      OperatorRules rules,
      MergeListener listener) {
    return read(fileA, fileB, models, options, listener).aligned(rules);
  }

  /**
   * Reads both.
   *
   * @param options how they will be merged
   * @throws io.github.pleas.InvalidInputException if one cannot be read
   */
  public static Read read(
      Path fileA, Path fileB, ModelOptions models, MergeOptions options, MergeListener listener) {
    OrtRuntime runtime = models.runtime(options.threads());
    listener.progress(Stage.READ, 0, 2);
    List<Network> networks;
    try (Workers workers = new Workers(runtime.threads());
        Beside beside = new Beside()) {
      // A GPU's libraries take as long to load as the files to read.
      Future<OrtRuntime> warm = beside.begin(runtime::warmedUp);
      networks = models.reader(runtime).read(List.of(fileA, fileB), workers);
      Beside.await(warm);
    }
    listener.progress(Stage.READ, 2, 2);
    return new Read(fileA, fileB, models, options, runtime, networks.get(0), networks.get(1));
  }

  /**
   * What goes into a merge, for the merged network's file to tell.
   *
   * @param data A's and B's calibration data, or those that serve both
   */
  public Map<String, Provenance.Input> inputs(List<Provenance.Input> data) {
    Map<String, Provenance.Input> inputs = new LinkedHashMap<>();
    inputs.put("a", Provenance.Input.ofModel(NetworkReader.files(fileA)));
    inputs.put("b", Provenance.Input.ofModel(NetworkReader.files(fileB)));
    for (int i = 0; i < data.size(); i++) {
      inputs.put(data.size() == 1 ? "data" : i == 0 ? "data.a" : "data.b", data.get(i));
    }
    return inputs;
  }
}
