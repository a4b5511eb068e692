package io.github.pleas.merge;

import io.github.pleas.symmetry.Separability;
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

  /** A sentence for each kind of reason. */
  static List<String> of(Separability separability) {
    Map<String, List<UnitGroup>> byReason = new LinkedHashMap<>();
    for (UnitGroup group : separability.symmetry().groups()) {
      if (group.blocks().isEmpty() && !separability.isSeparable(group.index())) {
        String reason = separability.whyNot(group.index()).orElseThrow();
        byReason
            .computeIfAbsent(NAME.matcher(reason).replaceAll("''"), any -> new ArrayList<>())
            .add(group);
      }
    }
    return byReason.values().stream().map(groups -> sentence(separability, groups)).toList();
  }

  private static String sentence(Separability separability, List<UnitGroup> groups) {
    UnitGroup first = groups.get(0);
    String reason = separability.whyNot(first.index()).orElseThrow();
    return groups.size() == 1
        ? "group '%s' is merged fully: %s".formatted(first.name(), reason)
        : "%d groups, '%s' and others alike, are merged fully: %s"
            .formatted(groups.size(), first.name(), reason);
  }
}
