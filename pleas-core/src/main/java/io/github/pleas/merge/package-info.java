/**
 * The facade: two networks and calibration images in, the merged network and what is to be known
 * about it out.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.merge;
