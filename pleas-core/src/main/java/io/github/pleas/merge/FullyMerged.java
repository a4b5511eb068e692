package io.github.pleas.merge;

import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Says which unit groups can have no separate units, and why: once for all of one kind, as the
 * blocks of a transformer are.
 */
final class FullyMerged {
  /** The names in a reason, which tell one block's operator from another's. */
  private static final Pattern NAME = Pattern.compile("'[^']*'");

  private FullyMerged() {}

  /**
   * A sentence for each kind of reason.
   *
   * @param separable by the groups' indices, whether they can have separate units
   */
  static List<String> of(Symmetry symmetry, boolean[] separable) {
    Map<String, List<UnitGroup>> byReason = new LinkedHashMap<>();
    for (UnitGroup group : symmetry.groups()) {
      if (!separable[group.index()]) {
        byReason
            .computeIfAbsent(NAME.matcher(reason(group)).replaceAll("''"), any -> new ArrayList<>())
            .add(group);
      }
    }
    return byReason.values().stream().map(FullyMerged::sentence).toList();
  }

  private static String sentence(List<UnitGroup> groups) {
    UnitGroup first = groups.get(0);
    return groups.size() == 1
        ? "group '%s' is merged fully: %s".formatted(first.name(), reason(first))
        : "%d groups, '%s' and others alike, are merged fully: %s"
            .formatted(groups.size(), first.name(), reason(first));
  }

  private static String reason(UnitGroup group) {
    return group.whyRigid().orElse("its units do not stand in whole rows");
  }
}
