package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * One loading of a sample: the images of a shuffled dataset in order, as many as asked that can be
 * read. The first {@code wanted} of the shuffle are read in parallel, then those that failed are
 * replaced by the following ones, so the outcome does not depend on the threads.
 */
final class ImageLoading {
  private static final int SKIPS_NAMED = 3;

  private final Dataset dataset;
  private final Preprocessing preprocessing;
  private final ImageListener listener;
  private final int[] shuffled;
  private final int wanted;
  private final int skipLimit;
  private final FloatRows store;
  private final SortedMap<Integer, UnreadableImageException> failures = new TreeMap<>();
  private int done;

  ImageLoading(
      Dataset dataset,
      int samples,
      long seed,
      Preprocessing preprocessing,
      ImageListener listener) {
    this.dataset = dataset;
    this.preprocessing = preprocessing;
    this.listener = listener;
    this.shuffled = Shuffle.of(dataset.size(), seed);
    this.wanted = samples <= 0 ? shuffled.length : Math.min(samples, shuffled.length);
    this.skipLimit = Images.skipLimit(wanted);
    this.store = FloatRows.of(wanted, preprocessing.length());
  }

  /** Loads; call once. */
  Images load(int threads) {
    boolean loaded = false;
    try {
      Images images = loaded(threads);
      loaded = true;
      return images;
    } finally {
      if (!loaded) {
        store.close();
      }
    }
  }

  private Images loaded(int threads) {
    readFirst(threads);
    int[] indices = new int[wanted];
    int[] rows = new int[wanted]; // where in the store each image is
    int count = 0;
    List<Integer> free = new ArrayList<>();
    for (int place = 0; place < wanted; place++) {
      if (failures.containsKey(place)) {
        free.add(place);
      } else {
        indices[count] = shuffled[place];
        rows[count++] = place;
      }
    }
    int used = 0;
    for (int place = wanted; place < shuffled.length && used < free.size(); place++) {
      if (read(place, free.get(used))) {
        indices[count] = shuffled[place];
        rows[count++] = free.get(used++);
      }
    }
    if (count == 0) {
      throw tooManyFailures("none of the " + shuffled.length + " images");
    }
    List<String> skipped = failures.values().stream().map(Throwable::getMessage).toList();
    return new Images(
        dataset,
        preprocessing,
        Arrays.copyOf(indices, count),
        Arrays.copyOf(rows, count),
        store,
        skipped);
  }

  private void readFirst(int threads) {
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    Runnable worker =
        () -> {
          try {
            for (int i = next.getAndIncrement();
                i < wanted && !stop.get();
                i = next.getAndIncrement()) {
              read(i, i);
            }
          } catch (RuntimeException | Error e) {
            stop.set(true); // the others need not go on
            throw e;
          }
        };
    ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, wanted));
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < Math.min(threads, wanted); i++) {
        running.add(pool.submit(worker));
      }
      for (Future<?> future : running) {
        await(future);
      }
    } finally {
      stop.set(true);
      pool.shutdown();
    }
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("a loader threw a checked exception", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PleasException("the loading of images was interrupted", e);
    }
  }

  /** Reads the image at a place of the shuffle into a row; false if it is unreadable. */
  private boolean read(int place, int row) {
    Optional<UnreadableImageException> failure = Optional.empty();
    try {
      store.put(row, dataset.image(shuffled[place], preprocessing));
    } catch (UnreadableImageException e) {
      failure = Optional.of(e);
    }
    synchronized (this) {
      if (failure.isPresent()) {
        failures.put(place, failure.get());
        if (failures.size() > skipLimit) {
          throw tooManyFailures(
              "more than "
                  + skipLimit
                  + " of the first "
                  + Math.max(wanted, place + 1)
                  + " images chosen");
        }
        return false;
      }
      listener.loaded(++done, wanted);
      return true;
    }
  }

  private InvalidInputException tooManyFailures(String which) {
    String named =
        failures.values().stream()
            .limit(SKIPS_NAMED)
            .map(e -> e.name() + " (" + e.reason() + ")")
            .collect(Collectors.joining("; "));
    String verb = which.startsWith("none") ? " can be read" : " cannot be read";
    return new InvalidInputException(
        dataset.name()
            + ": "
            + which
            + verb
            + ", "
            + failures.size()
            + " failed so far: "
            + named
            + (failures.size() > SKIPS_NAMED ? "; and others" : "")
            + ". Repair or remove them");
  }
}
