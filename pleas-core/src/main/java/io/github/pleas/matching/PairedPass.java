package io.github.pleas.matching;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.Network;
import io.github.pleas.network.OriginalFeeds;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * One pass of both originals over all calibration images; observers take from it what they need.
 */
public final class PairedPass {
  /** Takes activations of both networks. */
  public interface Observer {
    /**
     * Sees a batch, beside other observers.
     *
     * @param first the index of its first image
     * @param count how many images
     * @param a what A computed; those of the wanted values that it has
     * @param b what B computed
     */
    void observe(int first, int count, Activations a, Activations b);

    /** The rows that it reads. */
    List<RowSample> rows();

    /** The values that it reads as a whole. */
    default Set<String> wholeValues() {
      return Set.of();
    }
  }

  private final OrtRuntime runtime;
  private final Workers workers;
  private final boolean byRows;

  /**
   * A pass to be made.
   *
   * @param runtime where the networks run
   * @param workers threads that look at what they compute
   */
  public PairedPass(OrtRuntime runtime, Workers workers) {
    // On the processor, whole values are where they can be read already.
    this(runtime, workers, runtime.device().cuda().isPresent());
  }

  /**
   * The same.
   *
   * @param byRows as on a GPU: of values of which observers read rows, these alone are handed out,
   *     and a batch is run while the one before is looked at
   */
  PairedPass(OrtRuntime runtime, Workers workers, boolean byRows) {
    this.runtime = runtime;
    this.workers = workers;
    this.byRows = byRows;
  }

  /**
   * Runs both networks.
   *
   * @param chunks how the images are batched
   * @param wanted the values that are computed, all that the observers look at; of several passes
   *     over the same images that want the same, each computes the same, on the processor to the
   *     last bit
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
    Optional<OriginalFeeds> own = images.originals();
    // What is carried over to other tokens is whole.
    RowSamples rows = byRows && own.isEmpty() ? RowSamples.of(observers) : RowSamples.none(wanted);
    Rectified ofA = own.isPresent() ? Rectified.NONE : rectified(a, rows, observers);
    Rectified ofB = own.isPresent() ? Rectified.NONE : rectified(b, rows, observers);
    // A GPU computes a batch while the one before is looked at; the processor has no time for both.
    int kept = byRows ? 2 : 1;
    try (OriginalRun runA = new OriginalRun(runtime, a, rows, ofA, size, kept, workers);
        OriginalRun runB = new OriginalRun(runtime, b, rows, ofB, size, kept, workers);
        PairedInputs inputs = new PairedInputs(a, images, size, runtime.hostMemory());
        PairedRun run = new PairedRun(runA, runB, inputs, rows, chunks, byRows, workers)) {
      Optional<TokenCarry> carryA =
          own.map(feeds -> new TokenCarry(a, runA.wholeValues(), feeds.a(), workers));
      Optional<TokenCarry> carryB =
          own.map(feeds -> new TokenCarry(b, runB.wholeValues(), feeds.b(), workers));
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        int first = chunks.start(chunk);
        int count = chunks.images(chunk);
        PairedRun.Both ran = run.next();
        carryA.ifPresent(carry -> carry.apply(ran.a().whole(), first, count));
        carryB.ifPresent(carry -> carry.apply(ran.b().whole(), first, count));
        // Beside each other, so that a thread that one of them has nothing more for helps another.
        List<Runnable> looks = new ArrayList<>();
        looks.add(() -> runA.checkFinite(ran.a(), count));
        looks.add(() -> runB.checkFinite(ran.b(), count));
        for (Observer observer : observers) {
          looks.add(
              () -> observer.observe(first, count, ran.a().activations(), ran.b().activations()));
        }
        workers.forEach(looks.size(), k -> looks.get(k).run());
        done.accept(first + count);
      }
    }
  }

  /**
   * Those of the values to be handed out that nobody reads as a whole, and that are Relu of others.
   */
  private static Rectified rectified(Network network, RowSamples rows, List<Observer> observers) {
    Rectified all = Rectified.of(network, rows.whole());
    Map<String, String> sources = new HashMap<>(all.sources());
    observers.forEach(observer -> sources.keySet().removeAll(observer.wholeValues()));
    return new Rectified(sources);
  }
}
