package io.github.pleas.merge;

import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.TargetPlan;
import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.layout.Side;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import java.util.List;

/** Which rows of the originals a merge needs to make its targets of. */
final class TargetRows {
  /** Rows for each channel of a layer that acts on channels alone: cheap, so there may be many. */
  private static final long CHANNEL_ROWS = 8192;

  private final Merger.Prepared networks;
  private final MergeOptions options;
  private final double widening;
  private final List<TargetPlan.Target> targets;

  /**
   * Rows for merged networks of a size.
   *
   * @param widening how much wider than the originals' the widest merged layers may become, 1 to 2:
   *     so many more rows are kept
   */
  TargetRows(Merger.Prepared networks, MergeOptions options, double widening) {
    this.networks = networks;
    this.options = options;
    this.widening = widening;
    Tails tails = networks.tails();
    this.targets =
        TargetPlan.of(tails.trunk(), tails, options.fit().method() == FitMethod.PROGRESSIVE);
  }

  /** What the trunk's layers are fitted to. */
  List<TargetPlan.Target> targets() {
    return targets;
  }

  /**
   * Asks a recorder for what targets are made of.
   *
   * @param images how many there are, in all parts
   */
  void ask(TargetRecorder recorder, int images) {
    Network a = networks.a();
    Network b = networks.b();
    for (TargetPlan.Target target : targets) {
      Layer layer = target.layer();
      recorder.record(a, b, layer, target.value(), images, rows(layer), seed(layer));
    }
    if (options.heads().separate()) {
      askOwn(recorder, a, Side.A, images);
      askOwn(recorder, b, Side.B, images);
      return;
    }
    for (Layer head : networks.tails().heads()) {
      recorder.record(a, b, head, head.output(), images, rows(head), options.seed());
    }
  }

  private void askOwn(TargetRecorder recorder, Network own, Side side, int images) {
    for (Layer head : Tails.of(own, options.heads().fork()).heads()) {
      recorder.recordOwn(own, side, head, images, rows(head), options.seed());
    }
  }

  private long seed(Layer layer) {
    List<String> names = networks.a().layers().stream().map(Layer::name).toList();
    return options.seed() * 31 + names.indexOf(layer.name());
  }

  private long rows(Layer layer) {
    return layer.kind().isPerChannel()
        ? CHANNEL_ROWS
        : (long) Math.ceil(options.fit().rowsPerUnknown() * widening * layer.unknowns());
  }
}
