package io.github.pleas.experiment;

import io.github.pleas.data.DataLocation;

/**
 * Images of one kind.
 *
 * @param name as tables have it
 * @param data where its images are; those for training are merged with
 * @param test where its test images are; mostly the same
 * @param line where the experiment's file names it
 */
public record Domain(String name, DataLocation data, DataLocation test, int line) {}
