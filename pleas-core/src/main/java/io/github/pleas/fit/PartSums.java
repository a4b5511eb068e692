package io.github.pleas.fit;

import io.github.pleas.onnx.Tensor;
import java.util.Map;

/** The images of a fit in parts, each of which somebody else holds: asked for sums over all. */
public interface PartSums {
  /**
   * Has all parts run on to a step whose sums are asked for next, and the one that has its first
   * image try the base on the first rows. Large layers only are asked for it.
   *
   * @return what any of them tried
   */
  BaseTrial tryBase(FitStep step);

  /**
   * The sums over all images.
   *
   * @param step steps come one after another, from 0 on
   */
  StepSums sums(FitStep step);

  /**
   * Tells all parts what the step gave.
   *
   * @param constants the merged network's, by name
   */
  void fitted(Map<String, Tensor> constants);
}
