package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps outputs apart from inputs. */
public final class OutputPaths {
  private OutputPaths() {}

  /**
   * Refuses an output that is one of the files of an input model.
   *
   * @throws InvalidInputException if it is
   */
  public static void requireNotOf(Path out, Path... models) {
    requireNew(out, models);
    // Only what exists can be an input; which files a model has is found out by going through it.
    for (Path model : Files.exists(out) ? models : new Path[0]) {
      if (Files.isRegularFile(model)) {
        requireNew(out, NetworkReader.files(model).toArray(Path[]::new));
      }
    }
  }

  /**
   * Refuses an output that is one of the inputs.
   *
   * @throws InvalidInputException if it is
   */
  public static void requireNew(Path out, Path... inputs) {
    for (Path input : inputs) {
      try {
        if (Files.exists(out) && Files.exists(input) && Files.isSameFile(out, input)) {
          throw new InvalidInputException(
              out + " is one of the inputs; choose another name for the output");
        }
      } catch (IOException e) {
        throw new InvalidInputException(
            "cannot compare " + out + " and " + input + ": " + e.getMessage(), e);
      }
    }
  }
}
