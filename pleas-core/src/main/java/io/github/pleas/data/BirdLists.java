package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * CUB-200-2011 and NABirds, whose lists have one form: each line an image's identifier and one
 * thing about it. Labels are the classes that images have, in order of their numbers: NABirds
 * numbers a whole hierarchy and photographs its leaves only.
 */
final class BirdLists {
  private static final int MOST_CLASSES = 1_000_000;
  private static final String LABELS = "image_class_labels.txt";

  private BirdLists() {}

  /**
   * Opens a split.
   *
   * @param inner the folder that the archive unpacks to
   * @throws InvalidInputException if lists or images are missing, or lines do not fit together
   */
  static Dataset open(DataLocation location, String inner, Split split) {
    ListedFolder folder =
        ListedFolder.of(location, inner, "images.txt", LABELS, "train_test_split.txt");
    Map<String, Integer> classOf = new HashMap<>();
    for (ListFile.Line line : folder.list(LABELS).lines(2)) {
      classOf.put(line.text(0), line.integer(1, 0, MOST_CLASSES));
    }
    List<Integer> numbers = List.copyOf(new TreeSet<>(classOf.values()));
    Map<Integer, Integer> labels = new HashMap<>();
    numbers.forEach(number -> labels.put(number, labels.size()));
    Map<String, Boolean> training = new HashMap<>();
    for (ListFile.Line line : folder.list("train_test_split.txt").lines(2)) {
      training.put(line.text(0), line.integer(1, 0, 1) == 1);
    }
    Map<String, String> paths = new LinkedHashMap<>();
    List<ListedDataset.Item> items = new ArrayList<>();
    for (ListFile.Line line : folder.list("images.txt").lines(2)) {
      String id = line.text(0);
      String path = "images/" + line.path(1);
      int number = known(classOf, id, line, LABELS);
      paths.put(id, path);
      if (known(training, id, line, "train_test_split.txt") == (split == Split.TRAIN)) {
        items.add(new ListedDataset.Item(path, known(labels, number, line, LABELS)));
      }
    }
    Boxes boxes = location.format().isCropped() ? boxes(folder, paths) : Boxes.NONE;
    return folder.dataset(inner, split, items, names(folder, numbers), boxes);
  }

  private static <K, V> V known(Map<K, V> values, K key, ListFile.Line line, String list) {
    return Optional.ofNullable(values.get(key))
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "%s: image %s is not in %s".formatted(line.place(), line.text(0), list)));
  }

  private static Boxes boxes(ListedFolder folder, Map<String, String> paths) {
    folder.require("bounding_boxes.txt");
    Map<String, Box> boxes = new HashMap<>();
    for (ListFile.Line line : folder.list("bounding_boxes.txt").lines(5)) {
      String path = known(paths, line.text(0), line, "images.txt");
      boxes.put(path, new Box(line.number(1), line.number(2), line.number(3), line.number(4)));
    }
    for (String path : paths.values()) {
      if (!boxes.containsKey(path)) {
        throw new InvalidInputException(
            "%s has no bounding box for %s"
                .formatted(folder.path().resolve("bounding_boxes.txt"), path));
      }
    }
    return path -> Optional.ofNullable(boxes.get(path));
  }

  /** The classes' names; their numbers where there is no list of names. */
  private static List<String> names(ListedFolder folder, List<Integer> numbers) {
    Map<Integer, String> names = new HashMap<>();
    if (Files.exists(folder.path().resolve("classes.txt"))) {
      for (ListFile.Line line : folder.list("classes.txt").lines(2)) {
        names.put(line.integer(0, 0, MOST_CLASSES), line.text(1));
      }
    }
    return numbers.stream().map(number -> names.getOrDefault(number, "class " + number)).toList();
  }
}
