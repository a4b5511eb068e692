package io.github.pleas.matching;

import io.github.pleas.network.FeatureView;
import java.util.function.IntFunction;

/**
 * Rows of a value that an observer of a {@link PairedPass} reads.
 *
 * @param value its name
 * @param view its rows
 * @param positions of each image those that are read, ascending; asked by several threads at once
 */
public record RowSample(String value, FeatureView view, IntFunction<int[]> positions) {}
