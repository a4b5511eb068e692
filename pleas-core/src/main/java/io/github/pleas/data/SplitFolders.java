package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where in a tree of images the two splits are: prefixes of paths, each empty or ending in a slash.
 *
 * @param train the prefix of the images for merging
 * @param test the prefix of the images for accuracy; the same as {@code train} if there is one set
 *     of images only
 * @param top the folder that both are in
 */
record SplitFolders(String train, String test, String top) {
  private static final List<String> TRAIN = List.of("train");
  private static final List<String> TEST = List.of("test", "val", "valid", "validation");

  /**
   * Finds the splits: in the top folder, or in the single folder that holds everything.
   *
   * @param paths the paths of all images, at least one
   */
  static SplitFolders find(List<String> paths) {
    String top = "";
    while (true) {
      Set<String> folders = foldersIn(top, paths);
      boolean direct = hasFilesIn(top, paths);
      List<String> train = matching(TRAIN, folders, top);
      List<String> test = matching(TEST, folders, top);
      if (!train.isEmpty() && !test.isEmpty()) {
        return new SplitFolders(top + train.get(0) + "/", top + test.get(0) + "/", top);
      }
      if (direct || folders.size() != 1) {
        return new SplitFolders(top, top, top);
      }
      String only = top + folders.iterator().next() + "/";
      if (!train.isEmpty() || !test.isEmpty()) {
        return new SplitFolders(only, only, top);
      }
      top = only;
    }
  }

  boolean isSplit() {
    return !train.equals(test);
  }

  /** The prefix of a split. */
  String of(Split split) {
    return split == Split.TRAIN ? train : test;
  }

  /** The names of the folders right under a prefix that hold images, at any depth. */
  static Set<String> foldersIn(String prefix, List<String> paths) {
    Set<String> folders = new TreeSet<>();
    for (String path : paths) {
      if (path.startsWith(prefix)) {
        int slash = path.indexOf('/', prefix.length());
        if (slash >= 0) {
          folders.add(path.substring(prefix.length(), slash));
        }
      }
    }
    return folders;
  }

  /** Whether images lie right under a prefix. */
  static boolean hasFilesIn(String prefix, List<String> paths) {
    return paths.stream()
        .anyMatch(path -> path.startsWith(prefix) && path.indexOf('/', prefix.length()) < 0);
  }

  /** The folders with one of some names, in any case, in the names' order. */
  private static List<String> matching(List<String> names, Set<String> folders, String top) {
    List<String> found = new ArrayList<>();
    for (String name : names) {
      int before = found.size();
      folders.stream().filter(f -> f.toLowerCase(Locale.ROOT).equals(name)).forEach(found::add);
      if (found.size() > before + 1) {
        throw new InvalidInputException(
            "two folders are named \""
                + top
                + name
                + "\" but for upper and lower case; "
                + "rename one of them");
      }
    }
    return found;
  }
}
