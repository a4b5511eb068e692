package io.github.pleas.onnx;

import io.github.pleas.AtomicFile;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The files of a written model.
 *
 * @param model the model, perhaps still under a temporary name
 * @param data the file beside it that holds its large tensors, if there is one
 */
public record ModelFiles(Path model, Optional<AtomicFile.Beside> data) {
  /** A model in one file. */
  public static ModelFiles of(Path model) {
    return new ModelFiles(model, Optional.empty());
  }
}
