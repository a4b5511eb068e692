package io.github.pleas.merge;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * How large Java's heap may become. What {@link Runtime#maxMemory} says leaves out the space that
 * some collectors keep free for copying, a thirtieth to a ninth of the heap: once copied to, it is
 * memory of the process like any other.
 */
final class JavaHeap {
  private JavaHeap() {}

  /** Bytes, as -Xmx or the machine's size sets them. */
  static long most() {
    long usable = Runtime.getRuntime().maxMemory();
    try {
      HotSpotDiagnosticMXBean machine =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return machine == null
          ? usable
          : Math.max(usable, Long.parseLong(machine.getVMOption("MaxHeapSize").getValue()));
    } catch (IllegalArgumentException noHotSpot) {
      // Other makes of Java know no such interface, or no such option.
      return usable;
    }
  }
}
