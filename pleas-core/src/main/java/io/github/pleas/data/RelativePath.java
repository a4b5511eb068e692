package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths that a data set's lists name: they must not lead out of its folder. */
final class RelativePath {
  private RelativePath() {}

  /**
   * A path with {@code /} between folders.
   *
   * @param place where it stands, for messages
   * @throws InvalidInputException if it is absolute, goes up, or is no path here
   */
  static String checked(String text, String place) {
    try {
      Path path = Path.of(text);
      boolean stays = !path.isAbsolute() && path.getRoot() == null && text.indexOf('\\') < 0;
      for (Path part : path) {
        stays &= !part.toString().equals("..");
      }
      if (stays && !text.isEmpty()) {
        return text;
      }
    } catch (InvalidPathException e) {
      throw new InvalidInputException(place + ": '" + text + "' is no path of a file", e);
    }
    throw new InvalidInputException(
        "%s: '%s' leads out of the data set's folder".formatted(place, text));
  }
}
