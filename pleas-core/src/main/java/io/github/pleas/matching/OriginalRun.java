package io.github.pleas.matching;

import io.github.pleas.InvalidInputException;
import io.github.pleas.linalg.Blas;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.FullPass;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One original in a {@link PairedPass}: runs batch by batch. It is loaded when its first batch is
 * run: where both run at the same time, they are loaded at the same time.
 */
final class OriginalRun implements AutoCloseable {
  /**
   * Numbers that a thread looks at before it looks for others: the largest values are far larger.
   */
  private static final int PIECE = 1 << 20;

  private final Network network;
  private final RowSamples samples;
  private final Workers workers;
  private final Map<String, RowGather> rows;
  private final Set<String> wholeValues;
  private final Rectified rectified;
  private final Supplier<FullPass> loading;
  private Optional<FullPass> pass = Optional.empty();

  /**
   * What a batch computed.
   *
   * @param whole whole values, to be read or changed
   * @param rows rows of others
   * @param rectified those that are made of the whole ones
   */
  record Ran(Map<String, FloatBuffer> whole, Map<String, GatheredRows> rows, Rectified rectified) {
    Activations activations() {
      return new Activations(whole, rows, rectified);
    }
  }

  /**
   * Opens it.
   *
   * @param samples what is read of it
   * @param rectified those of the whole values that are made of others
   * @param batch images in a batch, at most
   * @param kept of how many batches what they computed stays where it is: of the last ones
   */
  OriginalRun(
      OrtRuntime runtime,
      Network network,
      RowSamples samples,
      Rectified rectified,
      int batch,
      int kept,
      Workers workers) {
    this.network = network;
    this.samples = samples;
    this.workers = workers;
    this.rectified = rectified;
    this.wholeValues = own(network, samples.whole());
    wholeValues.removeAll(rectified.sources().keySet());
    this.rows = samples.gathers(network, kept, runtime.hostMemory());
    this.loading =
        () ->
            new FullPass(
                runtime,
                network.graph(),
                wholeValues,
                network::shape,
                batch,
                List.copyOf(rows.values()),
                kept);
  }

  private static Set<String> own(Network network, Set<String> wanted) {
    Set<String> inputs = Set.copyOf(network.inputNames());
    return wanted.stream()
        .filter(value -> network.hasValue(value) && !inputs.contains(value))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** Runs a batch, for which rows were chosen. */
  Ran run(Map<String, Session.FloatArray> inputs, int size) {
    Map<String, GatheredRows> gathered = new HashMap<>();
    rows.forEach((value, gather) -> gathered.put(value, gather.choose(samples.chosen(value))));
    if (pass.isEmpty()) {
      pass = Optional.of(loading.get());
    }
    return new Ran(pass.get().run(inputs, size), gathered, rectified);
  }

  /** The names of the values that are handed out whole. */
  Set<String> wholeValues() {
    return wholeValues;
  }

  /**
   * Looks at the images only, not at the zeros that fill a fixed batch up.
   *
   * @throws InvalidInputException if a value is not finite
   */
  void checkFinite(Ran ran, int images) {
    Map<String, FloatBuffer> all = new HashMap<>();
    ran.whole()
        .forEach(
            (name, values) ->
                all.put(
                    name,
                    values
                        .duplicate()
                        .limit((int) (images * network.shape(name).elementsPerImage()))));
    ran.rows().forEach((name, gathered) -> all.put(name, gathered.gathered()));
    List<Piece> pieces = new ArrayList<>();
    all.forEach((name, values) -> addPieces(name, values, pieces));
    boolean[] finite = new boolean[pieces.size()];
    workers.forEach(finite.length, k -> finite[k] = Blas.isFinite(pieces.get(k).values()));
    for (int k = 0; k < finite.length; k++) {
      if (!finite[k]) {
        throw new InvalidInputException(
            "%s computes NaN or infinite activations at '%s' on the calibration images. Check the preprocessing (--mean, --std) and the weights"
                .formatted(network.source(), pieces.get(k).name()));
      }
    }
  }

  /** Some numbers of a value, which one thread looks at. */
  private record Piece(String name, FloatBuffer values) {}

  private static void addPieces(String name, FloatBuffer values, List<Piece> pieces) {
    for (int from = values.position(); from < values.limit(); from += PIECE) {
      int count = Math.min(PIECE, values.limit() - from);
      pieces.add(new Piece(name, values.slice(from, count)));
    }
  }

  @Override
  public void close() {
    pass.ifPresent(FullPass::close);
    rows.values().forEach(RowGather::close);
  }
}
