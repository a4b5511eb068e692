package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.runtime.Device;
import org.junit.jupiter.api.Test;

class BatchLimitTest {
  private static final long MEGABYTE = 1L << 20;

  @Test
  void onAGpuBatchesGrowWithTheMemoryForTensorsUpToALimit() {
    Device gpu = Device.of("cuda");
    assertThat(BatchLimit.bytes(Device.CPU, 1L << 40)).isEqualTo(1024 * MEGABYTE);
    assertThat(BatchLimit.bytes(gpu, 100 * MEGABYTE)).isEqualTo(256 * MEGABYTE);
    assertThat(BatchLimit.bytes(gpu, 8000 * MEGABYTE)).isEqualTo(4000 * MEGABYTE);
    assertThat(BatchLimit.bytes(gpu, 1L << 40)).isEqualTo(8192 * MEGABYTE);
  }
}
