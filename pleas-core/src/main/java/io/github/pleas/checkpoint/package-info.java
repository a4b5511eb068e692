/**
 * PyTorch checkpoints in and out: state dicts, read and written without trusting what they state.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.checkpoint;
