package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class NestedLoopsTest {
  @Test
  void aThreadThatWaitsForALoopTakesTurnsOfTheLoopsInside() {
    CyclicBarrier apart = new CyclicBarrier(2);
    CyclicBarrier both = new CyclicBarrier(2);
    try (Workers workers = new Workers(2)) {
      // Each thread has one turn of the outer loop. One of them has nothing more to do there when
      // the other begins the inner loop, whose turns end only if both are under way at once.
      workers.forEach(
          2,
          outer -> {
            await(apart);
            if (outer == 1) {
              workers.forEach(2, inner -> await(both));
            }
          });
    }
    assertThat(both.isBroken()).isFalse();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyTurnIsDoneOnceHoweverLoopsStandInsideLoops() {
    AtomicIntegerArray done = new AtomicIntegerArray(7 * 5 * 3);
    try (Workers workers = new Workers(3)) {
      workers.forEach(
          7,
          i ->
              workers.forEach(
                  5, j -> workers.forEach(3, k -> done.incrementAndGet((i * 5 + j) * 3 + k))));
    }
    for (int i = 0; i < done.length(); i++) {
      assertThat(done.get(i)).isEqualTo(1);
    }
  }

  @Test
  void aFailureInsideIsThrownOutside() {
    try (Workers workers = new Workers(2)) {
      assertThatThrownBy(
              () ->
                  workers.forEach(
                      4,
                      i ->
                          workers.forEach(
                              4,
                              j -> {
                                if (i == 2 && j == 3) {
                                  throw new IllegalStateException("turn 2, 3");
                                }
                              })))
          .hasMessage("turn 2, 3");
    }
  }
}
