package io.github.pleas.merge;

import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.matching.Batching;
import io.github.pleas.network.TokenMask;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;
import java.util.HashSet;
import java.util.Set;

/**
 * In which batches the images of a merge run, wherever they are: as they would all together, so
 * that what is computed does not depend on how they are parted. A part has whole groups of batches
 * ({@link Chunks#group}).
 */
public final class PartBatches {
  private PartBatches() {}

  /**
   * The batches of all images.
   *
   * @param images how many there are
   */
  public static Chunks of(
      OrtRuntime runtime, MergeOptions options, Merger.Prepared networks, int images) {
    try (TensorStore none = new TensorStore(0);
        Workers workers = new Workers(1)) {
      TargetRecorder recorder = new TargetRecorder(none, workers, TokenMask.ALL);
      new TargetRows(networks, options, 1).ask(recorder, images);
      Set<String> values = new HashSet<>(recorder.values());
      UnitMatching matching = new UnitMatching(networks, options);
      if (matching.compares()) {
        values.addAll(matching.comparison().values());
      }
      return Batching.of(
          networks.a(),
          networks.b(),
          images,
          values,
          MemoryShares.of(options.memory(), networks, 1, runtime.device()).batch(),
          BatchLimit.images(runtime.device()),
          BatchLimit.isEven(runtime.device()));
    }
  }
}
