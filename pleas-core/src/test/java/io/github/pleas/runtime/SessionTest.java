package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.onnx.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {
  @TempDir Path folder;

  private final GraphBuilder g = new GraphBuilder(1);
  private final Graph negated = g.build(g.node("Neg", g.input("x", 3)));

  private static Session.FloatArray array(NativeBuffer buffer, int... shape) {
    return new Session.FloatArray(buffer.floats(), shape);
  }

  @Test
  void resultsAreWrittenIntoTheCallersMemory() {
    try (Session session = Runs.RUNTIME.open(negated);
        NativeBuffer in = NativeBuffer.ofFloats(6);
        NativeBuffer out = NativeBuffer.ofFloats(6)) {
      in.floats().put(new float[] {1, 2, 3, 4, 5, 6});
      session.run(Map.of("x", array(in, 2, 3)), Map.of("neg_0", array(out, 2, 3)));
      float[] found = new float[6];
      out.floats().get(found);
      assertThat(found).containsExactly(-1, -2, -3, -4, -5, -6);
      assertThat(session.outputs()).containsExactly("neg_0");
    }
  }

  @Test
  void arraysThatDoNotFitAreRefused() {
    try (Session session = Runs.RUNTIME.open(negated);
        NativeBuffer in = NativeBuffer.ofFloats(6);
        NativeBuffer out = NativeBuffer.ofFloats(6)) {
      in.floats().put(new float[6]);
      assertThatThrownBy(
              () -> session.run(Map.of("x", array(in, 3, 3)), Map.of("neg_0", array(out, 2, 3))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'x' of shape [3, 3] needs 9 numbers, found 6");
      Session.FloatArray heap = new Session.FloatArray(FloatBuffer.allocate(6), new int[] {2, 3});
      assertThatThrownBy(() -> session.run(Map.of("x", array(in, 2, 3)), Map.of("neg_0", heap)))
          .hasMessageContaining("the array for output 'neg_0' is not direct");
      assertThatThrownBy(
              () -> session.run(Map.of("x", array(in, 1, 6)), Map.of("neg_0", array(out, 2, 3))))
          .isInstanceOf(PleasException.class)
          .hasMessageContaining("running the network failed");
      assertThatThrownBy(
              () -> session.run(Map.of("y", array(in, 2, 3)), Map.of("neg_0", array(out, 2, 3))))
          .isInstanceOf(PleasException.class);
    }
  }

  @Test
  void modelsThatDoNotLoadAreNamed() throws IOException {
    assertThatThrownBy(() -> Runs.RUNTIME.open(new byte[] {1, 2, 3}, "the thing"))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("ONNX Runtime does not load the thing: ");
    Path file = Files.write(folder.resolve("broken.onnx"), new byte[] {9, 9, 9});
    assertThatThrownBy(() -> Runs.RUNTIME.open(file))
        .hasMessageContaining("ONNX Runtime does not load " + file);
    Path whole = Files.write(folder.resolve("whole.onnx"), OnnxWriter.toBytes(negated));
    try (Session session = Runs.RUNTIME.open(whole)) {
      assertThat(session.outputs()).containsExactly("neg_0");
    }
  }

  @Test
  void anObservationShowsEveryValuesTypeAndShape() {
    GraphBuilder b = new GraphBuilder(1);
    String above = b.node("Greater", b.input("x", 3), b.weight(1, 1));
    String whole = b.node("Cast", Map.of("to", new Attribute.Int(7)), above);
    String double64 = b.node("Cast", Map.of("to", new Attribute.Int(11)), whole);
    String out = b.node("Cast", Map.of("to", new Attribute.Int(1)), double64);
    try (NativeBuffer in = NativeBuffer.ofFloats(6)) {
      in.floats().put(new float[] {9, -9, 9, -9, 9, -9});
      Observation seen =
          Observation.of(Runs.RUNTIME, b.build(out), Map.of("x", array(in, 2, 3)), whole::equals);
      assertThat(seen.types())
          .isEqualTo(
              Map.of(
                  above, ElementType.BOOL,
                  whole, ElementType.INT64,
                  double64, ElementType.DOUBLE,
                  out, ElementType.FLOAT));
      assertThat(seen.shapes().get(above)).containsExactly(2, 3);
      assertThat(seen.contents())
          .isEqualTo(
              Map.of(whole, Tensor.ofLongs(new int[] {2, 3}, new long[] {1, 0, 1, 0, 1, 0})));
    }
  }

  @Test
  void workersDoEachTaskOnceAndTellOfFailures() {
    try (Workers workers = new Workers(3)) {
      AtomicIntegerArray done = new AtomicIntegerArray(1000);
      workers.forEach(1000, done::incrementAndGet);
      for (int i = 0; i < 1000; i++) {
        assertThat(done.get(i)).isEqualTo(1);
      }
      workers.forEach(0, i -> done.set(-1, 0));
      assertThatThrownBy(
              () ->
                  workers.forEach(
                      10,
                      i -> {
                        if (i == 7) {
                          throw new PleasException("seven");
                        }
                      }))
          .isInstanceOf(PleasException.class)
          .hasMessageContaining("seven");
    }
  }

  @Test
  void workersGiveNoTwoThreadsOfALoopTheSamePlaceAndTakeLoopsInsideLoops() {
    try (Workers workers = new Workers(3)) {
      AtomicIntegerArray busy = new AtomicIntegerArray(workers.count());
      AtomicIntegerArray done = new AtomicIntegerArray(50);
      workers.forEach(
          50,
          (worker, index) -> {
            assertThat(busy.incrementAndGet(worker)).isEqualTo(1);
            workers.forEach(20, inner -> done.incrementAndGet(index));
            busy.decrementAndGet(worker);
          });
      for (int i = 0; i < 50; i++) {
        assertThat(done.get(i)).isEqualTo(20);
      }
    }
  }

  @Test
  void workersTellOfTheFirstTurnThatFailsWhicheverFailsFirst() {
    for (int threads : new int[] {1, 2, 5}) {
      try (Workers workers = new Workers(threads)) {
        CountDownLatch fourFailed = new CountDownLatch(threads > 1 ? 1 : 0);
        assertThatThrownBy(
                () ->
                    workers.forEach(
                        9,
                        index -> {
                          if (index == 3) {
                            await(fourFailed);
                          } else if (index == 4) {
                            fourFailed.countDown();
                          }
                          if (index >= 3) {
                            throw new PleasException("turn " + index);
                          }
                        }))
            .hasMessage("turn 3");
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void threadsThatNoMachineHasAreRefused() {
    for (int threads : new int[] {-1, 0, 1025, Integer.MAX_VALUE}) {
      String message = "threads: expected 1 to 1024, found " + threads;
      assertThatThrownBy(() -> new OrtRuntime(threads))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> new Workers(threads))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(message);
    }
    new Workers(1024).close();
  }

  @Test
  void nativeMemoryHasItsLimits() {
    assertThatThrownBy(() -> new NativeBuffer(1L << 31))
        .hasMessageContaining("a buffer of 2147483648 bytes cannot be addressed");
    assertThatThrownBy(() -> new NativeBuffer(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Chunks(0, 4, false)).isInstanceOf(IllegalArgumentException.class);
    try (NativeBuffer none = new NativeBuffer(0)) {
      assertThat(none.floats().remaining()).isZero();
      assertThat(none.size()).isZero();
    }
  }

  @Test
  void shapesReadAsUsersWriteThem() {
    ValueShape shape = new ValueShape(new int[] {2, 3, 4}, 0);
    assertThat(shape).hasToString("[batch*2, 3, 4]");
    assertThat(shape.forBatch(5)).containsExactly(10, 3, 4);
    assertThat(shape.elementsPerImage()).isEqualTo(24);
    assertThat(new ValueShape(new int[] {1, 3}, 0)).hasToString("[batch, 3]");
    assertThat(new ValueShape(new int[] {1, 3}, -1))
        .hasToString("[1, 3]")
        .isNotEqualTo(new ValueShape(new int[] {1, 3}, 0));
    assertThat(new ValueShape(new int[] {1, 3}, -1).forBatch(5)).containsExactly(1, 3);
  }
}
