package io.github.pleas.yaml;

import io.github.pleas.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a YAML file, to be told at once. */
public final class Problems {
  private static final int SHOWN = 50;

  private final Path file;
  private final List<String> found = new ArrayList<>();

  /** No problems yet. */
  public Problems(Path file) {
    this.file = file;
  }

  /**
   * Notes a problem.
   *
   * @param line where
   * @param key the keys that lead there, with dots; may be empty
   * @param what what is wrong, and what was expected
   */
  public void add(int line, String key, String what) {
    found.add("line " + line + ", " + (key.isEmpty() ? "" : key + ": ") + what);
  }

  /** The same, unless it was noted before: several cells need one file. */
  public void addOnce(int line, String key, String what) {
    if (found.stream().noneMatch(each -> each.endsWith(what))) {
      add(line, key, what);
    }
  }

  /**
   * Ends here if there is any problem.
   *
   * @throws InvalidInputException all of them
   */
  public void throwIfAny() {
    if (found.isEmpty()) {
      return;
    }
    if (found.size() == 1) {
      throw new InvalidInputException(file + ", " + found.get(0));
    }
    StringBuilder all = new StringBuilder(file + " has " + found.size() + " problems:");
    found.stream().limit(SHOWN).forEach(each -> all.append("\n  ").append(each));
    if (found.size() > SHOWN) {
      all.append("\n  ...");
    }
    throw new InvalidInputException(all.toString());
  }
}
