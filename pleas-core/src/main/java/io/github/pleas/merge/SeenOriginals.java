package io.github.pleas.merge;

import io.github.pleas.eval.OriginalOutputs;
import io.github.pleas.fit.FitJournal;
import io.github.pleas.fit.FitListener;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.Fitter;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.matching.Matching;
import java.util.Optional;

/** Two networks that were run over the calibration images, from which merged ones are made. */
interface SeenOriginals extends AutoCloseable {
  /** The pairs of units. */
  Matching matching();

  /** What they gave on these images, if that is kept. */
  Optional<OriginalOutputs> outputs();

  /** What the network that was fitted last gives on these images, if that is kept. */
  Optional<KeptMerged> fitted();

  /** The most native memory that kept tensors took so far, in bytes. */
  long peak();

  /**
   * Fits a merged network of any size.
   *
   * @param separate for each unit group how many pairs stay separate, as the merged network has it
   * @param last whether it is the last one, so that what it needs no more is given back on the way
   * @param layers those that were fitted before the merge was stopped, if it was
   */
  Fitter.Fitted fit(
      MergedArchitecture merged,
      int[] separate,
      FitOptions how,
      boolean last,
      FitJournal layers,
      FitListener listener);

  @Override
  void close();
}
