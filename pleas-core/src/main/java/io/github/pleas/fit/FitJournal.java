package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.onnx.Tensor;
import java.util.Optional;

/**
 * The layers of a fit that was stopped and goes on: each that is fitted is kept, and is taken from
 * there the next time. Asked in the order of fitting.
 */
public interface FitJournal {
  /** Keeps nothing. */
  FitJournal NONE =
      new FitJournal() {
        @Override
        public Optional<Kept> take(MergedLayer layer) {
          return Optional.empty();
        }

        @Override
        public void keep(Kept layer) {}
      };

  /**
   * A fitted layer.
   *
   * @param weight in the layer's own layout
   * @param bias [outputs]; not used where the layer has none
   * @param fit what the fit gave
   */
  record Kept(Tensor weight, Tensor bias, LayerFit fit) {}

  /**
   * The next layer, if it was fitted before, on what all layers before it are now.
   *
   * @return empty if it is to be fitted; {@link #keep} is then called before the next is asked for
   */
  Optional<Kept> take(MergedLayer layer);

  /**
   * Keeps the layer that was asked for last.
   *
   * @throws io.github.pleas.PleasException if that is not possible
   */
  void keep(Kept layer);
}
