package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A domain of DomainNet by its lists of paths and labels. */
final class DomainNet {
  private static final int MOST_CLASSES = 100_000;

  private DomainNet() {}

  /**
   * Opens a domain.
   *
   * @param location the folder of the domain; its lists lie beside it
   * @throws InvalidInputException if lists or images are missing, or a line is not a path and a
   *     label
   */
  static Dataset open(DataLocation location, Split split) {
    Path path = location.path().toAbsolutePath().normalize();
    Path parent = path.getParent();
    String domain = String.valueOf(path.getFileName());
    ListedFolder folder =
        ListedFolder.at(
            new DataLocation(location.format(), parent == null ? path : parent),
            domain + "_train.txt",
            domain + "_test.txt");
    List<String> classes = new ArrayList<>();
    List<ListedDataset.Item> items = List.of();
    // Both lists, so that the classes are the same for both splits.
    for (Split each : Split.values()) {
      String list = domain + (each == Split.TRAIN ? "_train.txt" : "_test.txt");
      List<ListedDataset.Item> found = read(folder.list(list), classes);
      items = each == split ? found : items;
    }
    return folder.dataset(domain, split, items, classes, Boxes.NONE);
  }

  private static List<ListedDataset.Item> read(ListFile list, List<String> classes) {
    List<ListedDataset.Item> items = new ArrayList<>();
    for (ListFile.Line line : list.lines(2)) {
      String path = line.path(0);
      int label = line.integer(1, 0, MOST_CLASSES);
      while (classes.size() <= label) {
        classes.add("class " + classes.size());
      }
      // domain/class/image
      String[] parts = path.split("/");
      if (parts.length >= 2) {
        classes.set(label, parts[parts.length - 2]);
      }
      items.add(new ListedDataset.Item(path, label));
    }
    return items;
  }
}
