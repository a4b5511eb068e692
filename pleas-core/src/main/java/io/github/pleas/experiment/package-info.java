/**
 * Experiments: many merges that one YAML file describes, each measured once and kept, and the
 * tables and curves of what they gave.
 *
 * <p>{@link io.github.pleas.experiment.ExperimentReader} reads the file; {@link
 * io.github.pleas.experiment.ExperimentRun} computes its cells, pair by pair, and keeps each in a
 * {@link io.github.pleas.experiment.CellStore}; {@link io.github.pleas.experiment.Results} writes
 * what is there as CSV, Markdown, LaTeX and SVG.
 */
@NullMarked
package io.github.pleas.experiment;

import org.jspecify.annotations.NullMarked;
