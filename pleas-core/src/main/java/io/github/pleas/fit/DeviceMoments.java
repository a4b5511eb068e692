package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.HostPool;
import io.github.pleas.runtime.NextStop;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the networks run on a GPU, the moments of a layer's problem are made there too, from the
 * layer's input while it is at hand ({@link MomentTap}). Which layers' are, is known before any is:
 * those of dense layers that are fitted on the merged network's own features and have more than
 * half as many rows as unknowns. The other problems are made on the processor: those of grouped and
 * depthwise convolutions and standing normalisations (small ones, many), of heads (few rows), of
 * methods that read the originals' features, of few rows, and those with an array beyond 2 GiB.
 */
final class DeviceMoments implements AutoCloseable {
  private final FitContext context;
  private final Map<String, Tensor> constants;
  private final Frontiers frontiers;

  /** Of all layers: the card reaches it by itself, and to make it so takes longer than a copy. */
  private final HostPool host;

  /**
   * For the layers of one fit.
   *
   * @param constants the merged network's as fitted so far
   */
  DeviceMoments(FitContext context, Map<String, Tensor> constants, Frontiers frontiers) {
    this.context = context;
    this.constants = constants;
    this.frontiers = frontiers;
    // By the time that memory is taken, the device has run something.
    this.host = new HostPool(bytes -> context.runtime().hostMemory().allocate(bytes));
  }

  /** Whether the device makes moments of such layers. */
  boolean mayTake(MergedLayer layer) {
    FitMethod method = context.options().method();
    return context.momentsOnDevice()
        && (method == FitMethod.PROGRESSIVE || method == FitMethod.NONE)
        && layer.layer().kind().isDense();
  }

  /** Whether the device makes those of a layer that {@link #mayTake} is true of. */
  boolean takes(MergedLayer layer, LayerRows rows, Unrolling unrolling) {
    long unknowns = unrolling.columns() + (layer.layer().bias().isPresent() ? 1 : 0);
    return 2 * LayerRows.count(List.of(rows)) > unknowns
        && MomentTap.largest(rows, unrolling) <= Integer.MAX_VALUE;
  }

  /**
   * Makes the problem of such a layer, and runs the merged network on to some values on the way.
   *
   * @param wanted the layer's input, and what else is to be computed
   * @param next where the network is run on to after this
   */
  LayerSolver.Problems problems(
      MergedLayer layer, Unrolling unrolling, Set<String> wanted, Optional<NextStop> next) {
    return (rows, base, bias) -> {
      String value = layer.layer().input();
      try (MomentTap tap =
          new MomentTap(value, unrolling, rows.get(0), base, bias, host, context.workers())) {
        frontiers.advanceMerged(wanted, constants, Optional.of(tap), next);
        return tap.problem();
      }
    };
  }

  /**
   * Where the network is run on to for {@link #problems} of such a layer, before these are asked
   * for.
   *
   * @param wanted the layer's input, and what else is to be computed
   * @param late constants that are not known yet, to which the problem's are added
   */
  static NextStop stop(
      MergedLayer layer,
      LayerRows rows,
      Unrolling unrolling,
      Set<String> wanted,
      List<ValueInfo> late) {
    boolean bias = layer.layer().bias().isPresent();
    MomentGraph graph = MomentTap.graph(layer.layer().input(), unrolling, rows, bias, true);
    late.add(graph.base());
    int first = MomentBatch.given(rows.countInBatch(0));
    return new NextStop(wanted, Optional.of(graph), late, MomentGraph.lengths(first, unrolling));
  }

  /** Gives the memory back that layers shared. */
  @Override
  public void close() {
    host.close();
  }
}
