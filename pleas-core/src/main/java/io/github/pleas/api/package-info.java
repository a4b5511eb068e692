/**
 * Merging from files to files: where a program that uses this library begins.
 *
 * <p>{@link io.github.pleas.api.NetworkMerge} is described by its builder (networks, calibration
 * data, labels, size), run once or at several budgets, and gives {@link
 * io.github.pleas.api.MergedNetwork}s, which tell their cost, residuals and warnings, and write
 * themselves. The command line does the same, measures and reports besides, and stands on the same
 * stations:
 *
 * <ul>
 *   <li>{@link io.github.pleas.api.Originals}: both networks, read and found to be mergeable;
 *   <li>{@link io.github.pleas.data.OpenData} and {@link io.github.pleas.data.TensorSamples}: the
 *       calibration data;
 *   <li>{@link io.github.pleas.merge.Merger}: the merge itself, of networks and data in memory;
 *   <li>{@link io.github.pleas.api.MergedWriter}: the merged network's file, ONNX or a checkpoint,
 *       proven before it takes its name.
 * </ul>
 *
 * <p><b>Progress</b> is told to a {@link io.github.pleas.merge.MergeListener}. <b>Cancelling</b> is
 * interrupting the thread that merges, or answering yes to the builder's question ({@link
 * io.github.pleas.api.NetworkMergeBuilder#cancelWhen}): the merge ends between two batches of
 * images or two layers with a {@link io.github.pleas.merge.MergeCancelledException}, and gives
 * memory and temporary files back.
 *
 * <p><b>Failures</b> are {@link io.github.pleas.PleasException}s, with a sentence for the user;
 * those that the input is to blame for are {@link io.github.pleas.InvalidInputException}s. Nothing
 * is logged.
 */
@NullMarked
package io.github.pleas.api;

import org.jspecify.annotations.NullMarked;
