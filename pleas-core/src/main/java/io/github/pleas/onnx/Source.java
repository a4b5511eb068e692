package io.github.pleas.onnx;

import io.github.pleas.InvalidInputException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a model comes from: what messages call it, and where its external data lie.
 *
 * @param name what messages call it, mostly the path that the user gave
 * @param folder the folder that external data are relative to; empty if the model is only bytes
 */
record Source(String name, Optional<Path> folder) {
  private static final Pattern PREDICATE =
      Pattern.compile("(is|has|uses|declares|cannot)\\b.*", Pattern.DOTALL);

  /**
   * The exception for something wrong in this model.
   *
   * @param what what the model does ("is cut off"), or a sentence about a part of it
   */
  InvalidInputException refuse(String what) {
    return new InvalidInputException(sentence(what));
  }

  InvalidInputException refuse(String what, Throwable cause) {
    return new InvalidInputException(sentence(what), cause);
  }

  private String sentence(String what) {
    return name + (PREDICATE.matcher(what).matches() ? " " : ": ") + what;
  }
}
