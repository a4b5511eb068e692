package io.github.pleas.matching;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.linalg.Blas;
import io.github.pleas.network.Network;
import io.github.pleas.network.OriginalFeeds;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.FullPass;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.Workers;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * One pass of both originals over all calibration images; observers take from it what they need.
 */
public final class PairedPass {
  /** Takes activations of both networks. */
  public interface Observer {
    /**
     * Sees a batch.
     *
     * @param first the index of its first image
     * @param count how many images
     * @param a values of A by name, images one after another; those of the wanted ones that A has
     * @param b values of B
     */
    void observe(int first, int count, Map<String, FloatBuffer> a, Map<String, FloatBuffer> b);
  }

  private final OrtRuntime runtime;
  private final Workers workers;

  /**
   * A pass to be made.
   *
   * @param runtime where the networks run
   * @param workers threads that look at what they compute
   */
  public PairedPass(OrtRuntime runtime, Workers workers) {
    this.runtime = runtime;
    this.workers = workers;
  }

  /**
   * Runs both networks.
   *
   * @param chunks how the images are batched
   * @param wanted the values that are computed, all that the observers look at; of several passes
   *     over the same images that want the same, each computes the same to the last bit
   * @param done told the number of images that are through
   * @throws InvalidInputException if a value is not finite: which one, of which network
   */
  public void run(
      Network a,
      Network b,
      Calibration images,
      Chunks chunks,
      Set<String> wanted,
      List<Observer> observers,
      IntConsumer done) {
    int size = chunks.size();
    try (FullPass passA = new FullPass(runtime, a.graph(), of(a, wanted), a::shape, size);
        FullPass passB = new FullPass(runtime, b.graph(), of(b, wanted), b::shape, size);
        PairedInputs inputs = new PairedInputs(a, images, size)) {
      Optional<OriginalFeeds> own = images.originals();
      Optional<TokenCarry> carryA =
          own.map(feeds -> new TokenCarry(a, of(a, wanted), feeds.a(), workers));
      Optional<TokenCarry> carryB =
          own.map(feeds -> new TokenCarry(b, of(b, wanted), feeds.b(), workers));
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        List<Map<String, Session.FloatArray>> batch = inputs.fill(chunks, chunk);
        List<Map<String, FloatBuffer>> values = both(passA, passB, batch, chunks.batch(chunk));
        Map<String, FloatBuffer> valuesA = values.get(0);
        Map<String, FloatBuffer> valuesB = values.get(1);
        checkFinite(a, valuesA, chunks.images(chunk));
        checkFinite(b, valuesB, chunks.images(chunk));
        int first = chunks.start(chunk);
        int count = chunks.images(chunk);
        carryA.ifPresent(carry -> carry.apply(valuesA, first, count));
        carryB.ifPresent(carry -> carry.apply(valuesB, first, count));
        for (Observer observer : observers) {
          observer.observe(first, count, valuesA, valuesB);
        }
        done.accept(first + count);
      }
    }
  }

  /** On a GPU both at once, since each waits for its results to be copied. */
  private List<Map<String, FloatBuffer>> both(
      FullPass a, FullPass b, List<Map<String, Session.FloatArray>> batch, int size) {
    if (runtime.device().cuda().isEmpty()) {
      return List.of(a.run(batch.get(0), size), b.run(batch.get(1), size));
    }
    List<FullPass> passes = List.of(a, b);
    AtomicReferenceArray<Map<String, FloatBuffer>> values = new AtomicReferenceArray<>(2);
    workers.forEach(2, k -> values.set(k, passes.get(k).run(batch.get(k), size)));
    return List.of(values.get(0), values.get(1));
  }

  private static Set<String> of(Network network, Set<String> wanted) {
    Set<String> inputs = Set.copyOf(network.inputNames());
    return wanted.stream()
        .filter(value -> network.hasValue(value) && !inputs.contains(value))
        .collect(Collectors.toSet());
  }

  /** Looks at the images only, not at the zeros that fill a fixed batch up. */
  private void checkFinite(Network network, Map<String, FloatBuffer> values, int images) {
    List<String> names = List.copyOf(values.keySet());
    boolean[] finite = new boolean[names.size()];
    workers.forEach(
        finite.length,
        k -> {
          String name = names.get(k);
          FloatBuffer all = requireNonNull(values.get(name)).duplicate();
          all.limit((int) (images * network.shape(name).elementsPerImage()));
          finite[k] = Blas.isFinite(all);
        });
    for (int k = 0; k < finite.length; k++) {
      if (!finite[k]) {
        throw new InvalidInputException(
            "%s computes NaN or infinite activations at '%s' on the calibration images. Check the preprocessing (--mean, --std) and the weights"
                .formatted(network.source(), names.get(k)));
      }
    }
  }
}
