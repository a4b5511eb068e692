package io.github.pleas.merge;

/**
 * The stages of a merge, in order: those of a {@link Merger} from {@link #ANALYSE} to {@link #FIT},
 * those of whoever reads and writes files around them.
 */
public enum Stage {
  /** Reading both networks, and looking whether they can be merged. */
  READ("read"),
  /** Reading calibration images or texts. */
  IMAGES("images"),
  ANALYSE("analyse"),
  ACTIVATIONS("activations"),
  MATCH("match"),
  /** Timing layers, where the budget is in time. */
  MEASURE("measure"),
  ALLOCATE("allocate"),
  FIT("fit"),
  /** Writing the merged network, and proving the file. */
  WRITE("write");

  private final String label;

  Stage(String label) {
    this.label = label;
  }

  /** As users read it. */
  public String label() {
    return label;
  }
}
