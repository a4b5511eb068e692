package io.github.pleas.experiment;

import io.github.pleas.data.Normalization;
import io.github.pleas.network.CheckpointOptions;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.OrtRuntime;
import java.util.Optional;

/**
 * What model files do not say.
 *
 * @param normalization what is done to pixels
 * @param height of the input, for networks that leave it free; 0 if it is not given
 * @param width the same
 * @param architecture of checkpoints
 */
public record InputOptions(
    Normalization normalization, int height, int width, Optional<String> architecture) {
  NetworkReader reader(OrtRuntime runtime) {
    return new NetworkReader(
        runtime,
        height > 0 ? Optional.of(new int[] {height, width}) : Optional.empty(),
        new CheckpointOptions(architecture, Optional.empty()));
  }
}
