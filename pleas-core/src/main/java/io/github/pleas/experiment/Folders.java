package io.github.pleas.experiment;

import io.github.pleas.data.DataLocation;
import io.github.pleas.network.Names;
import io.github.pleas.yaml.Problems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folders that paths of an experiment's file begin with, as in {@code $data/birds}: what
 * differs from one machine to another.
 */
final class Folders {
  private static final Pattern VARIABLE = Pattern.compile("\\$([A-Za-z][A-Za-z0-9_-]*)");

  private final Path file;
  private final Problems problems;
  private final Map<String, Path> folders = new LinkedHashMap<>();

  /**
   * Reads the folders.
   *
   * @param file the experiment; relative paths in it are taken from its folder
   * @param fields a path for each name
   * @param overrides what goes before it; relative ones are taken from the working directory
   */
  Folders(Path file, Fields fields, Map<String, Path> overrides, Problems problems) {
    this.file = file;
    this.problems = problems;
    for (String name : fields.keys()) {
      Optional<String> text = fields.text(name);
      if (overrides.containsKey(name)) {
        folders.put(name, overrides.get(name).toAbsolutePath().normalize());
      } else {
        text.flatMap(path -> resolved(path, fields.line(name), fields.path(name)))
            .ifPresent(path -> folders.put(name, path));
      }
    }
    for (String name : overrides.keySet()) {
      if (!fields.keys().contains(name)) {
        fields.problem(name, "is to be set, and not there" + near(name));
      }
    }
  }

  /** A path of the file; empty if it is none, which is noted. */
  Optional<Path> path(String text, int line, String key) {
    return replaced(text, line, key).flatMap(path -> resolved(path, line, key));
  }

  /** A place of images of the file; empty if it is none, which is noted. */
  Optional<DataLocation> location(String text, int line, String key) {
    try {
      DataLocation written = DataLocation.parse(text);
      return path(written.path().toString(), line, key)
          .map(path -> new DataLocation(written.format(), path));
    } catch (InvalidPathException e) {
      problems.add(line, key, "'" + text + "' is no path");
      return Optional.empty();
    }
  }

  private Optional<String> replaced(String text, int line, String key) {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      Optional<Path> folder = Optional.ofNullable(folders.get(matcher.group(1)));
      if (folder.isEmpty()) {
        problems.add(
            line,
            key,
            "'%s' begins with $%s, which is not under folders%s"
                .formatted(text, matcher.group(1), near(matcher.group(1))));
        return Optional.empty();
      }
      matcher.appendReplacement(result, Matcher.quoteReplacement(folder.get().toString()));
    }
    return Optional.of(matcher.appendTail(result).toString());
  }

  private Optional<Path> resolved(String path, int line, String key) {
    try {
      return Optional.of(file.toAbsolutePath().resolveSibling(path).normalize());
    } catch (InvalidPathException e) {
      problems.add(line, key, "'" + path + "' is no path");
      return Optional.empty();
    }
  }

  private String near(String name) {
    return folders.isEmpty() ? "" : "; names near it are " + Names.nearest(name, folders.keySet());
  }
}
