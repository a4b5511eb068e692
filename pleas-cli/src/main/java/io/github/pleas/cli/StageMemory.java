package io.github.pleas.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The most memory that the process held while each stage ran, looked at now and then: what came and
 * went in between is not seen. Where the system does not tell of the process (Linux does), there is
 * nothing.
 */
final class StageMemory implements AutoCloseable {
  private static final long MILLIS = 40;

  private final Map<String, Long> peaks = new HashMap<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private String stage = "";

  private StageMemory() {}

  /** Begins to look. */
  static StageMemory start() {
    StageMemory memory = new StageMemory();
    Thread sampler = new Thread(memory::run, "pleas-memory");
    sampler.setDaemon(true);
    sampler.start();
    return memory;
  }

  /** Another stage begins. */
  synchronized void enter(String next) {
    if (!next.equals(stage)) {
      sample();
      stage = next;
      sample();
    }
  }

  /** The most that was seen while a stage ran. */
  synchronized OptionalLong peak(String of) {
    Long bytes = peaks.get(of);
    return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes);
  }

  private synchronized void sample() {
    PeakMemory.resident().ifPresent(bytes -> peaks.merge(stage, bytes, Math::max));
  }

  private void run() {
    try {
      while (!over.await(MILLIS, TimeUnit.MILLISECONDS)) {
        sample();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // whoever interrupts ends it
    }
  }

  @Override
  public void close() {
    over.countDown();
  }
}
