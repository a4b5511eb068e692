package io.github.pleas.fit;

import java.io.Serializable;

/**
 * One layer's turn in a fit whose images are in parts.
 *
 * @param index which, from 0: the targets of the plan, then the heads
 * @param rows how many rows the problem has, of all parts together
 * @param first the place among all images of the first one that gives rows, 0 if none does
 * @param trial off which outputs' rows the base is taken
 */
public record FitStep(int index, long rows, int first, BaseTrial trial) implements Serializable {
  FitStep with(BaseTrial other) {
    return new FitStep(index, rows, first, other);
  }
}
