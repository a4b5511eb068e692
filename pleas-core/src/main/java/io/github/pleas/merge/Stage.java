package io.github.pleas.merge;

/** The stages of a merge, in order. */
public enum Stage {
  ANALYSE("analyse"),
  ACTIVATIONS("activations"),
  MATCH("match"),
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
