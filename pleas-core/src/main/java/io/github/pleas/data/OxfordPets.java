package io.github.pleas.data;

import java.util.ArrayList;
import java.util.List;

/** Oxford-IIIT Pets by its lists: image, class, species, breed in the species. */
final class OxfordPets {
  private static final int MOST_CLASSES = 10_000;

  private OxfordPets() {}

  /**
   * Opens a split; {@code trainval.txt} is for training.
   *
   * @throws io.github.pleas.InvalidInputException if lists or images are missing, or a line is not
   *     an image and three numbers
   */
  static Dataset open(DataLocation location, Split split) {
    List<String> lists = List.of("annotations/trainval.txt", "annotations/test.txt");
    ListedFolder folder =
        ListedFolder.of(location, "oxford-iiit-pet", lists.get(0), lists.get(1), "images");
    List<String> classes = new ArrayList<>();
    List<ListedDataset.Item> items = new ArrayList<>();
    for (int s = 0; s < lists.size(); s++) {
      for (ListFile.Line line : folder.list(lists.get(s)).lines(4)) {
        String image = line.path(0);
        int label = line.integer(1, 1, MOST_CLASSES) - 1;
        while (classes.size() <= label) {
          classes.add("class " + (classes.size() + 1));
        }
        // Breeds are in the images' names: great_pyrenees_12.
        classes.set(label, image.replaceFirst("_[0-9]+$", ""));
        if (s == split.ordinal()) {
          items.add(new ListedDataset.Item("images/" + image + ".jpg", label));
        }
      }
    }
    return folder.dataset("pets", split, items, classes, Boxes.NONE);
  }
}
