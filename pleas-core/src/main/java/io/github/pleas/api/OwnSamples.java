package io.github.pleas.api;

import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Samples;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.ModelInput;
import java.nio.BufferOverflowException;
import java.nio.FloatBuffer;
import java.util.Locale;

/** Samples of a source of the user's own, looked through once before anything is computed. */
final class OwnSamples {
  private OwnSamples() {}

  /**
   * Requires that samples are what a network takes.
   *
   * @param name of the samples in messages
   * @return their digest
   * @throws InvalidInputException if one has more or fewer numbers, or numbers that are not finite
   */
  static Provenance.Input require(String name, Samples samples, Network network) {
    Digest digest = new Digest();
    for (ModelInput input : network.inputs()) {
      digest.add(input.name());
      FloatBuffer buffer = FloatBuffer.allocate(input.length());
      for (int i = 0; i < samples.size(); i++) {
        buffer.clear();
        read(name, samples, i, input, buffer);
        for (float value : buffer.array()) {
          if (!Float.isFinite(value)) {
            throw new InvalidInputException(
                "%s: sample %d has %s for the input '%s'; expected finite numbers"
                    .formatted(name, i, value, input.name()));
          }
          digest.add(Float.floatToRawIntBits(value));
        }
      }
    }
    return new Provenance.Input(name, "values-sha256", digest.hex());
  }

  private static void read(
      String name, Samples samples, int i, ModelInput input, FloatBuffer buffer) {
    try {
      samples.copyTo(input.name(), i, 1, buffer);
    } catch (BufferOverflowException e) {
      throw new InvalidInputException(wrong(name, i, input, "more"), e);
    }
    if (buffer.hasRemaining()) {
      throw new InvalidInputException(wrong(name, i, input, "only " + buffer.position()));
    }
  }

  private static String wrong(String name, int i, ModelInput input, String found) {
    return String.format(
        Locale.ROOT,
        "%s: sample %d has %s numbers for the input '%s' of shape %s; expected %d",
        name,
        i,
        found,
        input.name(),
        input.shape(),
        input.length());
  }
}
