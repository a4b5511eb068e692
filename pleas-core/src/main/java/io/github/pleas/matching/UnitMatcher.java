package io.github.pleas.matching;

import io.github.pleas.symmetry.UnitGroup;
import java.util.function.Function;

/**
 * Pairs units up, a group at a time, so that not all similarities need be there at once. Different
 * outermost groups may be matched by several threads at once.
 */
public interface UnitMatcher {
  /**
   * Pairs the units of a group and of all that stands in them.
   *
   * @param outermost a group whose units stand in no others
   * @param similarity gives for each of these groups its matrix, row-major; asked for once each
   */
  void match(UnitGroup outermost, Function<UnitGroup, double[]> similarity);

  /** The pairs, once each outermost group was matched. */
  Matching matching();
}
