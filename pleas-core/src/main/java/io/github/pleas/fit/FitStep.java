package io.github.pleas.fit;

import java.io.Serializable;

/**
 * One layer's turn in a fit whose images are in parts.
 *
 * @param index which, from 0: the targets of the plan, then the heads
 * @param rows how many rows the problem has, of all parts together
 */
public record FitStep(int index, long rows) implements Serializable {}
