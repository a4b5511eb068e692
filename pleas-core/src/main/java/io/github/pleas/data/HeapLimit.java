package io.github.pleas.data;

import io.github.pleas.PleasException;
import java.util.Locale;

/** Refuses what cannot fit into the Java heap before hours are spent on filling it. */
final class HeapLimit {
  private static final double SHARE = 0.9; // the rest of the program needs some too
  private static final double MEBIBYTE = 1 << 20;

  private HeapLimit() {}

  /**
   * Checks a size against the largest heap that this JVM may have.
   *
   * @param bytes what is needed
   * @param what what needs it, for the message
   * @param remedy what to do other than giving more memory, for the message
   * @throws PleasException if it is more than that
   */
  static void require(long bytes, String what, String remedy) {
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > SHARE * heap) {
      throw new PleasException(
          String.format(
              Locale.ROOT,
              "%s need %.0f MiB of memory, more than the Java heap of %.0f MiB can give; "
                  + "raise -Xmx, %s",
              what,
              bytes / MEBIBYTE,
              heap / MEBIBYTE,
              remedy));
    }
  }
}
