package io.github.pleas.data;

import static java.util.Objects.requireNonNull;

import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Texts: a {@code .txt} or {@code .jsonl} file, which serves both splits, or a folder with {@code
 * train} and {@code test} (or {@code val}, {@code valid}, {@code validation}) as such files.
 *
 * <p>The classes of both splits are numbered together, see {@link TextClasses}.
 */
public final class TextDataset implements SampleSet {
  private static final List<String> EXTENSIONS = List.of(".txt", ".jsonl");
  private static final List<String> TRAIN = List.of("train");
  private static final List<String> TEST = List.of("test", "val", "valid", "validation");

  private final String name;
  private final Path path;
  private final TextFile file;
  private final TextClasses classes;
  private final int[] labels; // empty if unlabelled

  private TextDataset(String name, Path path, TextFile file, TextClasses classes) {
    this.name = name;
    this.path = path;
    this.file = file;
    this.classes = classes;
    this.labels =
        classes.names().isEmpty()
            ? new int[0]
            : file.lines().stream()
                .mapToInt(line -> requireNonNull(classes.numbers().get(line.label())))
                .toArray();
  }

  /**
   * Opens a split.
   *
   * @throws InvalidInputException if there is nothing at the path, or it is something else, or a
   *     label is too large; see {@link TextFile#read}
   */
  public static TextDataset open(Path path, Split split, TextFields fields) {
    if (!Files.exists(path)) {
      throw new InvalidInputException("there is no " + path + "; expected a .txt or .jsonl file");
    }
    if (!Files.isDirectory(path)) {
      requireText(path);
      TextFile file = TextFile.read(path, fields);
      return new TextDataset(
          String.valueOf(path.getFileName()), path, file, classes(List.of(file), fields, path));
    }
    Path train = find(path, TRAIN);
    Path test = find(path, TEST);
    TextFile first = TextFile.read(train, fields);
    TextFile second = TextFile.read(test, fields);
    Path own = split == Split.TRAIN ? train : test;
    return new TextDataset(
        path.getFileName() + " (" + own.getFileName() + ")",
        own,
        split == Split.TRAIN ? first : second,
        classes(List.of(first, second), fields, path));
  }

  private static void requireText(Path path) {
    String lower = path.toString().toLowerCase(Locale.ROOT);
    if (EXTENSIONS.stream().noneMatch(lower::endsWith)) {
      throw new InvalidInputException(
          path + " is no .txt or .jsonl file, and the network takes texts");
    }
  }

  private static Path find(Path folder, List<String> names) {
    for (String name : names) {
      for (String extension : EXTENSIONS) {
        Path file = folder.resolve(name + extension);
        if (Files.exists(file)) {
          return file;
        }
      }
    }
    throw new InvalidInputException(
        "%s holds no %s.txt or %s.jsonl; the network takes texts: a .txt or .jsonl file, or a folder with train and test as such files"
            .formatted(folder, names.get(0), names.get(0)));
  }

  private static TextClasses classes(List<TextFile> files, TextFields fields, Path path) {
    return fields.label().isEmpty() ? TextClasses.none() : TextClasses.of(files, path);
  }

  /** The text of a sample. */
  public String text(int index) {
    return file.lines().get(index).text();
  }

  /** Lines that had no text, and are no samples. */
  public int empty() {
    return file.empty();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return file.lines().size();
  }

  @Override
  public int classCount() {
    return classes.names().size();
  }

  @Override
  public List<String> classes() {
    return classes.names();
  }

  @Override
  public boolean isLabelled() {
    return !classes.names().isEmpty();
  }

  @Override
  public int label(int index) {
    if (!isLabelled()) {
      throw new IllegalStateException(name + " has no labels");
    }
    return labels[index];
  }

  @Override
  public String describe(int index) {
    return path + ", line " + file.lines().get(index).number();
  }

  @Override
  public String digest() {
    return Digest.sha256(path);
  }

  @Override
  public void close() {
    // All is in memory.
  }
}
