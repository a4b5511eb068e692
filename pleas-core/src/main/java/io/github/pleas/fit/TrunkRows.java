package io.github.pleas.fit;

import io.github.pleas.fit.InputSources.Mix;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.FeatureView;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import java.util.List;
import java.util.Optional;

/** The rows that the fit of a layer needs, of the merged network or of the originals. */
final class TrunkRows {
  private final FitContext context;
  private final Frontiers frontiers;

  TrunkRows(FitContext context, Frontiers frontiers) {
    this.context = context;
    this.frontiers = frontiers;
  }

  /**
   * Who reads what a layer sees.
   *
   * @param merged in the merged network
   * @param a in A
   * @param b in B
   */
  record Readers(RowReader merged, RowReader a, RowReader b) {}

  /** The readers of a whole layer. */
  Readers readers(Layer layer) {
    return new Readers(
        RowReaders.of(
            layer, context.merged().shape(layer.input()), context.a().shape(layer.output())),
        reader(layer, context.a()),
        reader(layer, context.b()));
  }

  private static RowReader reader(Layer layer, Network network) {
    return RowReaders.of(layer, network.shape(layer.input()), network.shape(layer.output()));
  }

  /** The readers of one group of a convolution. */
  Readers readers(MergedLayer merged, int group) {
    Layer layer = merged.layer();
    return new Readers(
        RowReaders.ofGroup(
            layer, context.merged().shape(layer.input()), context.a().shape(layer.output()), group),
        reader(layer, context.a(), merged.group(true, group)),
        reader(layer, context.b(), merged.group(false, group)));
  }

  private static RowReader reader(Layer layer, Network network, int group) {
    return RowReaders.ofGroup(
        layer, network.shape(layer.input()), network.shape(layer.output()), group);
  }

  /** Inputs as the merged network computes them, the originals' outputs less the skip path. */
  List<LayerRows> merged(MergedLayer layer, Readers readers, Optional<String> skip) {
    return List.of(
        rows(
            layer,
            InputSources.merged(layer, readers.merged(), frontiers.merged()),
            LayerRows.weighted(layer, context.images(), context.options().alpha()),
            skip.map(
                value -> new LayerRows.Skip(value, skipView(layer, value), frontiers.merged())),
            false,
            false));
  }

  /** Inputs and targets of the originals, as the published objective has them. */
  List<LayerRows> published(MergedLayer layer, Readers readers) {
    return switch (context.options().published().targets()) {
      case AVERAGED ->
          List.of(
              rows(
                  layer,
                  originals(layer, readers, Mix.AVERAGED),
                  LayerRows.weighted(layer, context.images(), 0.5),
                  Optional.empty(),
                  false,
                  false));
      case SEPARATE ->
          List.of(
              own(layer, originals(layer, readers, Mix.of(true)), true, false),
              own(layer, originals(layer, readers, Mix.of(false)), false, false));
      case MIXED ->
          List.of(
              own(layer, originals(layer, readers, Mix.averagedWith(true)), true, false),
              own(layer, originals(layer, readers, Mix.averagedWith(false)), false, false));
    };
  }

  /** Inputs and outputs of each original on images of its own domain: A's rows, then B's. */
  List<LayerRows> domains(MergedLayer layer, Readers readers) {
    return List.of(
        own(layer, originals(layer, readers, Mix.of(true)), true, true),
        own(layer, originals(layer, readers, Mix.of(false)), false, true));
  }

  private LayerRows.Inputs originals(MergedLayer layer, Readers readers, Mix mix) {
    return InputSources.originals(
        layer, readers.a(), readers.b(), frontiers.a(), frontiers.b(), mix);
  }

  private LayerRows own(
      MergedLayer layer, LayerRows.Inputs inputs, boolean ofA, boolean ownDomain) {
    return rows(layer, inputs, LayerRows.own(layer, ofA), Optional.empty(), ofA, ownDomain);
  }

  /**
   * Rows.
   *
   * @param ofA whose domain's images give rows
   * @param ownDomain whether only these do
   */
  private LayerRows rows(
      MergedLayer layer,
      LayerRows.Inputs inputs,
      LayerRows.Rule rule,
      Optional<LayerRows.Skip> skip,
      boolean ofA,
      boolean ownDomain) {
    Calibration images = context.images();
    boolean all = !ownDomain || !images.hasTwoDomains();
    return new LayerRows(
        layer,
        context.recorder(),
        inputs,
        rule,
        skip,
        image -> all || image < images.sizeA() == ofA,
        context.chunks());
  }

  private FeatureView skipView(MergedLayer layer, String value) {
    var shape = context.merged().shape(value);
    return FeatureView.of(shape, layer.layer().unitAxis(shape.rank()));
  }
}
