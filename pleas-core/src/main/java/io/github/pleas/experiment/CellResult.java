package io.github.pleas.experiment;

import io.github.pleas.eval.Evaluation;
import io.github.pleas.merge.MergeResult;
import java.util.List;

/** What a cell gave. */
public sealed interface CellResult {
  /**
   * A merged network was measured.
   *
   * @param evaluation of it and of its originals
   * @param cost of it and of its originals
   * @param warnings what the user should know, images that were skipped included
   * @param seconds how long it took, without reading and without what serves several cells
   */
  record Measured(
      Evaluation evaluation, MergeResult.Cost cost, List<String> warnings, double seconds)
      implements CellResult {
    public Measured {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * The method cannot do this.
   *
   * @param reason why
   */
  record Refused(String reason) implements CellResult {}
}
