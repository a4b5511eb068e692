package io.github.pleas.bench;

/** The limits that JavaCPP sets itself on native memory. */
final class NativeMemory {
  private static final String[] LIMITS = {
    "org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes"
  };

  private NativeMemory() {}

  /**
   * Lifts them, unless the user has set one: native arrays are freed by their owners, so a limit
   * would only refuse large ones. To be called before the first native array.
   */
  static void unlimited() {
    for (String limit : LIMITS) {
      if (System.getProperty(limit) == null) {
        System.setProperty(limit, "0");
      }
    }
  }
}
