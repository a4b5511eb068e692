package io.github.pleas.runtime;

/** An array as runs of a graph take and give it: in the processor's memory or on a card. */
public sealed interface RunArray permits HostArray, CardArray {
  /** Its dimensions. */
  int[] shape();
}
