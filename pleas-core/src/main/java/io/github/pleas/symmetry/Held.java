package io.github.pleas.symmetry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Elements that must stay where they are whatever the rules say: those of groups that an earlier
 * analysis of the same network with the same rules found, and the self-check refuted. Immutable.
 */
public final class Held {
  /**
   * Some elements; an analysis that is done again numbers them as before.
   *
   * @param ids their numbers
   * @param reason why they must stay
   */
  private record Part(int[] ids, String reason) {}

  /** Nothing must stay. */
  public static final Held NONE = new Held(List.of());

  private final List<Part> parts;

  private Held(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * These elements and those of some groups.
   *
   * @param found the symmetry that the groups are of
   * @param groups some of its groups
   * @param reason why they must stay
   */
  public Held and(Symmetry found, Collection<UnitGroup> groups, String reason) {
    List<Part> all = new ArrayList<>(parts);
    groups.forEach(group -> all.add(new Part(found.elements(group), reason)));
    return new Held(all);
  }

  /** Fixes them, when all rules have spoken. */
  void fix(ElementClasses classes) {
    for (Part part : parts) {
      for (int id : part.ids()) {
        classes.fix(id, part.reason());
      }
    }
  }
}
