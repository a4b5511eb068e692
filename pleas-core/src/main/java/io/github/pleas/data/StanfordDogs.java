package io.github.pleas.data;

import java.util.ArrayList;
import java.util.List;

/** Stanford Dogs by its lists, which are MATLAB's. */
final class StanfordDogs {
  private StanfordDogs() {}

  /**
   * Opens a split.
   *
   * @throws io.github.pleas.InvalidInputException if lists or images are missing, or a list is not
   *     what it should be
   */
  static Dataset open(DataLocation location, Split split) {
    List<String> lists = List.of("train_list.mat", "test_list.mat");
    ListedFolder folder =
        ListedFolder.of(location, "StanfordDogs", lists.get(0), lists.get(1), "Images");
    List<String> classes = new ArrayList<>();
    List<ListedDataset.Item> items = new ArrayList<>();
    for (int s = 0; s < lists.size(); s++) {
      for (MatList.Entry entry : MatList.read(folder.path().resolve(lists.get(s)))) {
        int label = entry.label() - 1;
        while (classes.size() <= label) {
          classes.add("class " + (classes.size() + 1));
        }
        // Folders are named n02085620-Chihuahua.
        int slash = entry.file().indexOf('/');
        String breed = slash < 0 ? entry.file() : entry.file().substring(0, slash);
        classes.set(label, breed.replaceFirst("^n[0-9]+-", ""));
        if (s == split.ordinal()) {
          items.add(new ListedDataset.Item("Images/" + entry.file(), label));
        }
      }
    }
    Boxes boxes = Boxes.NONE;
    if (location.format().isCropped()) {
      folder.require("Annotation");
      boxes = new DogBoxes(folder.path().resolve("Annotation"));
    }
    return folder.dataset("dogs", split, items, classes, boxes);
  }
}
