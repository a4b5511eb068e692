package io.github.pleas.merge;

import io.github.pleas.linalg.Blas;
import io.github.pleas.matching.Batching;
import io.github.pleas.matching.Calibration;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.QueryHeadMatcher;
import io.github.pleas.matching.QueryHeadSpectra;
import io.github.pleas.matching.StreamProducts;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.QueryHeads;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is brought into A's order or rotation in B before units are paired up, because it is no
 * order of units: residual streams, and query heads that share a head of keys and values. Each
 * takes a pass of both networks over the images, but for query heads that are compared by their
 * weights.
 */
final class Alignment {
  private final OrtRuntime runtime;
  private final MergeOptions options;
  private final Calibration images;
  private final StageClock clock;

  /**
   * An alignment.
   *
   * @param clock told of the passes
   */
  Alignment(OrtRuntime runtime, MergeOptions options, Calibration images, StageClock clock) {
    this.runtime = runtime;
    this.options = options;
    this.images = images;
    this.clock = clock;
  }

  /** The networks with what can be aligned in B aligned: the same function. */
  Merger.Prepared of(Merger.Prepared networks) {
    Merger.Prepared aligned = networks.streams().map(s -> rotated(networks, s)).orElse(networks);
    if (networks.queries().isEmpty()) {
      return aligned;
    }
    return switch (options.match()) {
      case ACTIVATIONS -> reordered(aligned);
      // Without a rotation they have been in order since the networks were aligned.
      case WEIGHTS -> networks.streams().isPresent() ? byWeights(aligned) : aligned;
      case NONE, ZIP -> aligned;
    };
  }

  private Merger.Prepared rotated(Merger.Prepared networks, StreamRotations streams) {
    try (Workers workers = new Workers(options.threads());
        StreamProducts products =
            new StreamProducts(
                networks.a(), streams.a().streams(), images.size(), images.tokens(), workers)) {
      pass(networks, workers, products.values(), products);
      return networks.withB(streams.b().rotated(products.rotations()));
    }
  }

  private Merger.Prepared reordered(Merger.Prepared networks) {
    List<QueryHeads> queries = networks.queries();
    try (Workers workers = new Workers(options.threads());
        QueryHeadMatcher matcher =
            new QueryHeadMatcher(networks.a(), queries, images.size(), images.tokens(), workers)) {
      pass(networks, workers, matcher.values(), matcher);
      List<int[]> orders = matcher.orders();
      Network b = networks.b();
      for (int k = 0; k < queries.size(); k++) {
        b = queries.get(k).reordered(b, orders.get(k));
      }
      return networks.withB(b);
    }
  }

  /** The networks with B's query heads in the order of A's that their weights go best with. */
  static Merger.Prepared byWeights(Merger.Prepared networks) {
    QueryHeadSpectra spectra = new QueryHeadSpectra(networks.a(), networks.separability());
    Network b = networks.b();
    for (QueryHeads queries : networks.queries()) {
      Optional<int[]> order = spectra.order(queries, networks.a(), networks.b());
      if (order.isPresent()) {
        b = queries.reordered(b, order.get());
      }
    }
    return networks.withB(b);
  }

  private void pass(
      Merger.Prepared networks, Workers workers, Set<String> values, PairedPass.Observer observer) {
    Blas.useCallingThread();
    clock.start(Stage.ACTIVATIONS);
    Chunks batches =
        Batching.of(
            networks.a(),
            networks.b(),
            images.size(),
            values,
            MemoryShares.of(options.memory(), networks, 1, runtime.device()).batch(),
            BatchLimit.images(runtime.device()),
            BatchLimit.isEven(runtime.device()));
    new PairedPass(runtime, workers)
        .run(
            networks.a(),
            networks.b(),
            images,
            batches,
            values,
            List.of(observer),
            done -> clock.progress(done, images.size()));
    clock.end();
  }
}
