package io.github.pleas.onnx;

import io.github.pleas.InvalidInputException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a model comes from: what messages call it, and where its external data lie.
 *
 * @param name what messages call it, mostly the path that the user gave
 * @param folder the folder that external data are relative to; empty if the model is only bytes
 */
record Source(String name, Optional<Path> folder) {
  /** The exception for something wrong in this model. */
  InvalidInputException refuse(String what) {
    return new InvalidInputException(name + ": " + what);
  }

  InvalidInputException refuse(String what, Throwable cause) {
    return new InvalidInputException(name + ": " + what, cause);
  }
}
