package io.github.pleas.fit;

/**
 * What a fit gave.
 *
 * @param layer the layer's name in the merged network
 * @param residual |X W - T| / |T| over the sampled rows
 * @param ridge the ridge, relative to the mean diagonal of X'X
 * @param rows rows that were sampled
 * @param availableRows rows that there are
 * @param unknowns weights of an output unit
 * @param seconds time taken, forward passes included
 */
public record LayerFit(
    String layer,
    double residual,
    double ridge,
    long rows,
    long availableRows,
    int unknowns,
    double seconds) {}
