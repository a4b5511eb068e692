package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The folder of a data set as it is distributed.
 *
 * @param format which data set
 * @param path where its lists are
 */
record ListedFolder(DataFormat format, Path path) {
  /**
   * Finds the folder: the one that is given, or the one inside that the archive unpacks to.
   *
   * @param inner the name of the latter
   * @param needed what must be there, files or folders
   * @throws InvalidInputException if something is not there, with where to get it
   */
  static ListedFolder of(DataLocation location, String inner, String... needed) {
    Path path = location.path();
    if (!Files.exists(path.resolve(needed[0])) && Files.isDirectory(path.resolve(inner))) {
      path = path.resolve(inner);
    }
    return at(new DataLocation(location.format(), path), needed);
  }

  /** The same where there is no folder inside. */
  static ListedFolder at(DataLocation location, String... needed) {
    ListedFolder folder = new ListedFolder(location.format(), location.path());
    for (String each : needed) {
      folder.require(each);
    }
    return folder;
  }

  /** Refuses a folder that lacks something. */
  void require(String needed) {
    if (!Files.exists(path.resolve(needed))) {
      throw missing(path.resolve(needed));
    }
  }

  private InvalidInputException missing(Path what) {
    return new InvalidInputException(
        "%s:%s: there is no %s. The data set is not part of this program: get it from %s; expected: %s"
            .formatted(format.word(), path, what, format.page(), format.layout()));
  }

  /** A list in this folder. */
  ListFile list(String name) {
    return new ListFile(path.resolve(name));
  }

  /**
   * The data set of the images that were listed.
   *
   * @throws InvalidInputException if there are none, or the first is not on disk: lists are often
   *     unpacked without images
   */
  Dataset dataset(
      String name, Split split, List<ListedDataset.Item> items, List<String> classes, Boxes boxes) {
    String full = name + (split == Split.TRAIN ? " (train)" : " (test)");
    if (items.isEmpty()) {
      throw new InvalidInputException(
          "%s: the lists of %s name no image of this split".formatted(full, path));
    }
    Path first = path.resolve(items.get(0).path());
    if (!Files.exists(first)) {
      throw missing(first);
    }
    return new ListedDataset(path, full, items, classes, boxes);
  }
}
