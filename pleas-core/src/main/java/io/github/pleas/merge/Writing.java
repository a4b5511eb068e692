package io.github.pleas.merge;

import io.github.pleas.budget.CostModel;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.Layout;
import io.github.pleas.layout.LayoutPlan;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Matching;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which layers of the network of an allocation are written in blocks.
 *
 * @param inBlocks layers in blocks
 * @param dense layers that are dense though blocks would cost less
 */
record Writing(Set<String> inBlocks, Set<String> dense) {
  static Writing of(
      Merger.Prepared networks, Matching matching, Heads heads, int[] separate, Layout layout) {
    MergedArchitecture merged =
        ArchitectureBuilder.build(
            networks.a(),
            networks.b(),
            new MergedLayout(networks.separability(), matching, separate),
            heads);
    Set<String> inBlocks = new HashSet<>();
    Set<String> dense = new HashSet<>();
    List<LayerLayout> layouts = LayoutPlan.of(merged, layout);
    for (int i = 0; i < layouts.size(); i++) {
      LayerLayout written = layouts.get(i);
      if (written.blockMacs() < written.denseMacs()) {
        String layer = merged.layers().get(i).layer().name();
        (written.form() == LayerLayout.Form.BLOCKS ? inBlocks : dense).add(layer);
      }
    }
    return new Writing(inBlocks, dense);
  }

  /** The costs of networks that are written so. */
  static CostModel model(Merger.Prepared networks, Heads heads, Set<String> inBlocks) {
    return new CostModel(
        networks.a(),
        networks.b(),
        networks.separability(),
        heads.separate(),
        heads.fork(),
        layer -> inBlocks.contains(layer.name()));
  }
}
