/**
 * Images and texts, labels, preprocessing and tokenizers: what the networks are run on.
 *
 * <p>{@link io.github.pleas.data.Datasets#open} reads a folder of images, a zip of one, or an
 * {@code .npz} file; {@link io.github.pleas.data.Preprocessing} says how an image becomes a
 * network's input; {@link io.github.pleas.data.Images} holds a sample of them in memory. {@link
 * io.github.pleas.data.TextDataset} reads lines of text, {@link io.github.pleas.data.TextTokenizer}
 * cuts them into tokens, {@link io.github.pleas.data.Texts} holds a sample of these. {@link
 * io.github.pleas.data.Preparation} is whichever of both ways a network's input asks for. Merging
 * uses no labels; they serve only to measure accuracy.
 */
@NullMarked
package io.github.pleas.data;

import org.jspecify.annotations.NullMarked;
