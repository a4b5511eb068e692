package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativeBufferTest {
  @Test
  void memoryThatWasTakenElsewhereIsGivenBackOnceAndNotUsedThen() {
    AtomicInteger given = new AtomicInteger();
    ByteBuffer block = ByteBuffer.allocateDirect(16);
    NativeBuffer buffer = new NativeBuffer(block, given::incrementAndGet);
    buffer.floats().put(new float[] {1, 2, 3, 4});
    assertThat(buffer.size()).isEqualTo(16);
    assertThat(block.order(ByteOrder.nativeOrder()).getFloat(12)).isEqualTo(4);
    buffer.close();
    buffer.close();
    assertThat(given).hasValue(1);
    assertThatThrownBy(buffer::bytes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("given back");
  }

  @Test
  void memoryOfTheProcessorHasRoomForWhatIsAskedFor() {
    HostMemory memory = new OrtRuntime(1).hostMemory();
    try (NativeBuffer floats = memory.floats(3);
        NativeBuffer longs = memory.longs(2);
        NativeBuffer nothing = memory.allocate(0)) {
      assertThat(floats.floats().remaining()).isEqualTo(3);
      assertThat(longs.longs().remaining()).isEqualTo(2);
      assertThat(nothing.bytes().remaining()).isZero();
    }
  }
}
