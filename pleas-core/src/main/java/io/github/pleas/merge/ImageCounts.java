package io.github.pleas.merge;

import java.io.Serializable;

/**
 * How many calibration images there are.
 *
 * @param size all
 * @param sizeA those of A's domain, which come first; all where one domain serves both
 * @param twoDomains whether they are of A's and B's domains
 */
public record ImageCounts(int size, int sizeA, boolean twoDomains) implements Serializable {}
