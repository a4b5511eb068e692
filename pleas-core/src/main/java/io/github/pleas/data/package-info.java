/**
 * Images, labels and preprocessing: what the networks are run on.
 *
 * <p>{@link io.github.pleas.data.Datasets#open} reads a folder of images, a zip of one, or an
 * {@code .npz} file; {@link io.github.pleas.data.Preprocessing} says how an image becomes a
 * network's input; {@link io.github.pleas.data.Images} holds a sample of them in memory. Merging
 * uses no labels; they serve only to measure accuracy.
 */
@NullMarked
package io.github.pleas.data;

import org.jspecify.annotations.NullMarked;
