package io.github.pleas.merge;

import io.github.pleas.linalg.CrossMoments;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Which units all parts of a merge compare in one pass, and what their sums are about. */
public final class ComparisonPass implements Serializable {
  private static final long serialVersionUID = 1;

  private final int[] groups;
  private final ArrayList<CrossMoments.Shift> shifts;

  /**
   * A pass.
   *
   * @param groups the outermost unit groups that are compared, by index
   * @param shifts one for each value that they are compared on
   */
  ComparisonPass(int[] groups, List<CrossMoments.Shift> shifts) {
    this.groups = groups.clone();
    this.shifts = new ArrayList<>(shifts);
  }

  int[] groups() {
    return groups.clone();
  }

  List<CrossMoments.Shift> shifts() {
    return shifts;
  }
}
