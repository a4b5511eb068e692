package io.github.pleas.merge;

/** The stages of a merge, in order. */
public enum Stage {
  ANALYSE("analyse"),
  ACTIVATIONS("activations"),
  MATCH("match"),
  /** Timing layers, where the budget is in time. */
  MEASURE("measure"),
  ALLOCATE("allocate"),
  FIT("fit");

  private final String label;

  Stage(String label) {
    this.label = label;
  }

  /** As users read it. */
  public String label() {
    return label;
  }
}
