package io.github.pleas.report;

import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.merge.MergeResult;
import java.util.Comparator;
import java.util.Optional;

/** The layers that are farthest from what the originals compute, and what would help each. */
final class WorstLayers {
  static final int SHOWN = 5;

  /** Fewer rows for each weight than this, and the ridge is ten times its floor. */
  static final double FEW_ROWS = 50;

  private static final String NONE = "\u2013";

  private final MergeFacts facts;

  WorstLayers(MergeFacts facts) {
    this.facts = facts;
  }

  /** The layers with the largest residuals, what they suffer from, and what helps. */
  Table table() {
    Table.Builder table =
        Table.of("layer", "residual", "rows for each weight", "similarity", "merged", "what helps");
    facts.result().layers().stream()
        .sorted(Comparator.comparingDouble(LayerFit::residual).reversed())
        .limit(SHOWN)
        .forEach(
            layer ->
                table.row(
                    layer.layer(),
                    Numbers.format("%.4f", layer.residual()),
                    Numbers.format("%.1f", rowsPerUnknown(layer)),
                    group(layer)
                        .map(group -> Numbers.format("%.2f", group.meanScore()))
                        .orElse(NONE),
                    group(layer)
                        .map(
                            group ->
                                Numbers.format(
                                    "%d of %d pairs",
                                    group.units() - group.separate(), group.units()))
                        .orElse(NONE),
                    remedy(layer)));
    return table.end();
  }

  private String remedy(LayerFit layer) {
    if (isShortOfRows(layer)) {
      return "more images";
    }
    return group(layer)
        .map(
            group ->
                group.separate() < group.units()
                    ? "a higher budget"
                    : "better layers before it; all its own pairs are separate")
        .orElse("nothing: it is what one layer cannot do for both");
  }

  /** The group whose units the layer writes. */
  private Optional<MergeResult.Group> group(LayerFit layer) {
    return facts.result().groups().stream()
        .filter(group -> group.layers().contains(layer.layer()))
        .findFirst();
  }

  /** Whether a layer is held to the originals' weights for want of rows. */
  boolean isShortOfRows(LayerFit layer) {
    return facts.about().provenance().options().fit().method() == FitMethod.PROGRESSIVE
        && rowsPerUnknown(layer) < FEW_ROWS
        && !isSeparateHead(layer);
  }

  /** Its ridge is another, whatever rows there are. */
  private boolean isSeparateHead(LayerFit fit) {
    return facts.about().separateLabels()
        && facts.result().architecture().layers().stream()
            .anyMatch(layer -> layer.isHead() && layer.name().equals(fit.layer()));
  }

  static double rowsPerUnknown(LayerFit fit) {
    return (double) fit.availableRows() / Math.max(1, fit.unknowns());
  }
}
