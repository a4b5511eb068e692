package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import org.junit.jupiter.api.Test;

class JavaHeapTest {
  @Test
  void noPoolOfItNorAllThatJavaSaysOfItIsMore() {
    assertThat(JavaHeap.most()).isGreaterThanOrEqualTo(Runtime.getRuntime().maxMemory());
    assertThat(ManagementFactory.getMemoryPoolMXBeans())
        .filteredOn(pool -> pool.getType() == MemoryType.HEAP)
        .isNotEmpty()
        .allSatisfy(
            pool -> assertThat(pool.getUsage().getMax()).isLessThanOrEqualTo(JavaHeap.most()));
  }
}
