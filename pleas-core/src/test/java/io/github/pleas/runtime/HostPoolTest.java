package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HostPoolTest {
  private static final int BLOCK = 1 << 10;

  /** Ordinary memory, and how much of it is out. */
  private static final class Source implements HostMemory {
    private int taken;
    private int out;
    private long bytes;

    @Override
    public NativeBuffer allocate(long size) {
      taken++;
      out++;
      bytes += size;
      return new NativeBuffer(
          ByteBuffer.allocateDirect((int) size),
          () -> {
            out--;
            bytes -= size;
          });
    }
  }

  private final Source source = new Source();

  @Test
  void whatIsOutAtOnceIsOfItsSizeAndNobodyElses() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Map<NativeBuffer, Byte> out = new HashMap<>();
      try (HostPool pool = new HostPool(source, BLOCK)) {
        for (int step = 0; step < 300; step++) {
          if (random.nextInt(5) < 3) {
            int size = random.nextInt(random.nextBoolean() ? 200 : 3 * BLOCK);
            NativeBuffer made = pool.allocate(size);
            assertThat(made.size()).isEqualTo(size);
            byte mark = (byte) step;
            ByteBuffer bytes = made.bytes();
            while (bytes.hasRemaining()) {
              bytes.put(mark);
            }
            out.put(made, mark);
          } else if (!out.isEmpty()) {
            List<NativeBuffer> all = new ArrayList<>(out.keySet());
            giveBack(all.get(random.nextInt(all.size())), out);
          }
        }
        new ArrayList<>(out.keySet()).forEach(buffer -> giveBack(buffer, out));
      }
      assertThat(source.out).isZero();
    }
  }

  private static void giveBack(NativeBuffer buffer, Map<NativeBuffer, Byte> out) {
    byte mark = requireNonNull(out.remove(buffer));
    ByteBuffer bytes = buffer.bytes();
    while (bytes.hasRemaining()) {
      assertThat(bytes.get()).isEqualTo(mark);
    }
    buffer.close();
    buffer.close();
  }

  @Test
  void whatWasGivenBackIsUsedAgain() {
    try (HostPool pool = new HostPool(source, BLOCK)) {
      for (int turn = 0; turn < 10; turn++) {
        try (NativeBuffer floats = pool.floats(70);
            NativeBuffer longs = pool.longs(33);
            NativeBuffer nothing = pool.allocate(0)) {
          assertThat(floats.floats().put(69, turn).get(69)).isEqualTo(turn);
          assertThat(longs.longs().put(32, -turn).get(32)).isEqualTo(-turn);
          assertThat(nothing.bytes().remaining()).isZero();
        }
      }
      assertThat(source.taken).isEqualTo(1);
    }
    assertThat(source.out).isZero();
  }

  @Test
  void largerBlocksTakeThePlaceOfThoseThatAreFree() {
    try (HostPool pool = new HostPool(source, BLOCK)) {
      for (int size = 100; size <= 16 * BLOCK; size += 100) {
        pool.allocate(size).close();
        assertThat(source.out).isEqualTo(1);
      }
      assertThat(source.taken).isEqualTo(5);
      assertThat(source.bytes).isEqualTo(16 * BLOCK);
    }
    assertThat(source.out).isZero();
  }

  @Test
  void whatIsOutWhenThePoolIsClosedStaysUntilItIsGivenBack() {
    HostPool pool = new HostPool(source, BLOCK);
    NativeBuffer first = pool.allocate(10);
    NativeBuffer second = pool.allocate(10);
    NativeBuffer other = pool.allocate(BLOCK);
    other.close();
    assertThat(source.out).isEqualTo(2);
    pool.close();
    assertThat(source.out).isEqualTo(1);
    first.close();
    assertThat(source.out).isEqualTo(1);
    second.bytes().put((byte) 1);
    second.close();
    assertThat(source.out).isZero();
    pool.close();
    assertThat(source.out).isZero();
    assertThatThrownBy(() -> pool.allocate(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
