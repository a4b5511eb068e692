package io.github.pleas.fit;

import static java.util.Objects.requireNonNull;

import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which the layers of a merged network are fitted: those of the trunk, then the heads.
 *
 * @param targets what those of the trunk are fitted to
 * @param trunk the layers of the targets
 * @param heads the layers behind
 */
record FitSteps(List<TargetPlan.Target> targets, List<MergedLayer> trunk, List<MergedLayer> heads) {
  /** The steps of a network. */
  static FitSteps of(MergedArchitecture merged, List<TargetPlan.Target> plan) {
    Map<String, MergedLayer> byName = new HashMap<>();
    List<MergedLayer> heads = new ArrayList<>();
    for (MergedLayer layer : merged.layers()) {
      if (layer.isHead()) {
        heads.add(layer);
      } else if (layer.role() == MergedLayer.Role.TRUNK) {
        byName.put(layer.layer().name(), layer);
      }
    }
    List<MergedLayer> trunk =
        plan.stream().map(target -> requireNonNull(byName.get(target.layer().name()))).toList();
    return new FitSteps(List.copyOf(plan), trunk, List.copyOf(heads));
  }

  int count() {
    return trunk.size() + heads.size();
  }

  boolean isHead(int step) {
    return step >= trunk.size();
  }

  MergedLayer layer(int step) {
    return isHead(step) ? heads.get(step - trunk.size()) : trunk.get(step);
  }
}
