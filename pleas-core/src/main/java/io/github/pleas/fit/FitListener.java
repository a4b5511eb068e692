package io.github.pleas.fit;

/** Told as layers are fitted. */
@FunctionalInterface
public interface FitListener {
  /**
   * A layer is fitted.
   *
   * @param fit what it gave
   * @param done layers fitted so far
   * @param total layers in all
   */
  void fitted(LayerFit fit, int done, int total);
}
