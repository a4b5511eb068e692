package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.PleasException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BesideTest {
  private final List<Integer> done = Collections.synchronizedList(new ArrayList<>());

  private int noted(int number) {
    done.add(number);
    return number;
  }

  @Test
  void whatIsBegunIsDoneInOrderBesideTheCaller() {
    CountDownLatch told = new CountDownLatch(1);
    try (Beside beside = new Beside()) {
      Future<Integer> first =
          beside.begin(
              () -> {
                await(told);
                return noted(1);
              });
      Future<Integer> second = beside.begin(() -> noted(2));
      // Were it done by the caller, nobody would get here.
      told.countDown();
      assertThat(Beside.await(second)).isEqualTo(2);
      assertThat(Beside.await(first)).isEqualTo(1);
    }
    assertThat(done).containsExactly(1, 2);
  }

  @Test
  void closingWaitsForAllThatWasBegun() {
    try (Beside beside = new Beside()) {
      for (int k = 0; k < 100; k++) {
        int number = k;
        beside.begin(() -> noted(number));
      }
    }
    assertThat(done).hasSize(100);
  }

  @Test
  void noThreadIsLeftOnceItIsClosed() {
    // The moment between an executor's end and that of its thread is short: many are tried.
    for (int k = 0; k < 2_000; k++) {
      Thread thread;
      try (Beside beside = new Beside()) {
        thread = Beside.await(beside.begin(Thread::currentThread));
      }
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void anInterruptDoesNotEndTheWaitForTheThreadAndIsKept() {
    try (Beside beside = new Beside()) {
      beside.begin(() -> noted(1));
      Thread.currentThread().interrupt();
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).containsExactly(1);
  }

  @Test
  void whatWasThrownIsThrownToWhoWaits() {
    PleasException failure = new PleasException("no");
    AssertionError error = new AssertionError("neither");
    try (Beside beside = new Beside()) {
      Future<Integer> failing =
          beside.begin(
              () -> {
                throw failure;
              });
      Future<Integer> erring =
          beside.begin(
              () -> {
                throw error;
              });
      assertThatThrownBy(() -> Beside.await(failing)).isSameAs(failure);
      assertThatThrownBy(() -> Beside.await(erring)).isSameAs(error);
    }
  }

  @Test
  void anInterruptDoesNotEndTheWaitAndIsKept() {
    CountDownLatch told = new CountDownLatch(1);
    try (Beside beside = new Beside()) {
      Future<Integer> begun =
          beside.begin(
              () -> {
                await(told);
                return noted(1);
              });
      Thread.currentThread().interrupt();
      beside.begin(() -> noted(2));
      told.countDown();
      assertThat(Beside.await(begun)).isEqualTo(1);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
