package io.github.pleas.layout;

/**
 * The layout that a layer got.
 *
 * @param layer what reports call it
 * @param weight the name of its weight in the merged network
 * @param form how it is written
 * @param reason why it is dense; empty where it is not
 * @param denseMacs multiply-accumulates for one image as one operator
 * @param blockMacs without the two blocks between A-only and B-only units
 */
public record LayerLayout(
    String layer, String weight, Form form, String reason, long denseMacs, long blockMacs) {
  /** How a layer is written. */
  public enum Form {
    /** As one operator. */
    DENSE,
    /**
     * As an operator for each part of its outputs, all over the same inputs: it has no zeros to
     * leave out, but its readers want its parts.
     */
    APART,
    /** As an operator for each part of its outputs, over the inputs that the part sees. */
    BLOCKS
  }

  /** Multiply-accumulates for one image, as it is written. */
  public long macs() {
    return form == Form.BLOCKS ? blockMacs : denseMacs;
  }
}
