package io.github.pleas.bench;

import java.lang.management.ManagementFactory;

/** The processor time that this process has taken. */
final class ProcessorTime {
  private ProcessorTime() {}

  /** Seconds so far, of all threads together. */
  static double seconds() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
            .getProcessCpuTime()
        / 1e9;
  }
}
