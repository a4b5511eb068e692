package io.github.pleas.data;

import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Texts: a {@code .txt} or {@code .jsonl} file, which serves both splits, or a folder with {@code
 * train} and {@code test} (or {@code val}, {@code valid}, {@code validation}) as such files.
 *
 * <p>If all labels are non-negative integers, they are the labels; otherwise these are numbered in
 * order of their names. The classes of both splits are numbered together.
 */
public final class TextDataset implements SampleSet {
  private static final List<String> EXTENSIONS = List.of(".txt", ".jsonl");
  private static final List<String> TRAIN = List.of("train");
  private static final List<String> TEST = List.of("test", "val", "valid", "validation");
  private static final int MOST_CLASSES = 1_000_000;

  private final String name;
  private final Path path;
  private final TextFile file;
  private final List<String> classes;
  private final int[] labels; // empty if unlabelled

  private TextDataset(String name, Path path, TextFile file, List<String> classes) {
    this.name = name;
    this.path = path;
    this.file = file;
    this.classes = classes;
    this.labels =
        classes.isEmpty()
            ? new int[0]
            : file.lines().stream().mapToInt(line -> classes.indexOf(line.label())).toArray();
  }

  /**
   * Opens a split.
   *
   * @throws InvalidInputException if there is nothing at the path, or it is something else; see
   *     {@link TextFile#read}
   */
  public static TextDataset open(Path path, Split split, TextFields fields) {
    if (!Files.exists(path)) {
      throw new InvalidInputException("there is no " + path + "; expected a .txt or .jsonl file");
    }
    if (!Files.isDirectory(path)) {
      requireText(path);
      TextFile file = TextFile.read(path, fields);
      return new TextDataset(
          String.valueOf(path.getFileName()), path, file, classes(List.of(file), fields));
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
        classes(List.of(first, second), fields));
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

  private static List<String> classes(List<TextFile> files, TextFields fields) {
    if (fields.label().isEmpty()) {
      return List.of();
    }
    TreeSet<String> found = new TreeSet<>();
    files.forEach(file -> file.lines().forEach(line -> found.add(line.label())));
    if (!found.stream().allMatch(label -> label.matches("[0-9]{1,6}"))) {
      return List.copyOf(found);
    }
    int largest = found.stream().mapToInt(Integer::parseInt).max().orElseThrow();
    if (largest >= MOST_CLASSES) {
      throw new InvalidInputException("label " + largest + " is too large");
    }
    List<String> numbers = new ArrayList<>();
    for (int label = 0; label <= largest; label++) {
      numbers.add(Integer.toString(label));
    }
    return List.copyOf(numbers);
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
    return classes.size();
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public boolean isLabelled() {
    return !classes.isEmpty();
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
