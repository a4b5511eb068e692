package io.github.pleas.data;

import java.util.Arrays;
import java.util.Optional;

/**
 * How the images of a data set lie on disk: as class folders, or as a data set's authors distribute
 * it, with lists that say which image has which label and is for training or for the test.
 */
public enum DataFormat {
  /** Class folders, a zip of them, or an npz file, see {@link Datasets}. */
  IMAGES("", "", ""),
  /** One domain of DomainNet (Peng et al., 2019): 345 classes. */
  DOMAINNET(
      "domainnet",
      "http://ai.bu.edu/M3SDA/",
      "FOLDER/DOMAIN/<class>/<image>.jpg with the lists FOLDER/DOMAIN_train.txt and"
          + " FOLDER/DOMAIN_test.txt (lines: path from FOLDER, label); give FOLDER/DOMAIN"),
  /** CUB-200-2011 (Wah et al., 2011): birds of 200 species. */
  CUB(
      "cub",
      "https://www.vision.caltech.edu/datasets/cub_200_2011/",
      "images/, images.txt, image_class_labels.txt, train_test_split.txt, bounding_boxes.txt and"
          + " classes.txt in the folder or in CUB_200_2011/"),
  /** The same, each image cropped to its bird. */
  CUB_CROPPED("cub-cropped", CUB.page, CUB.layout),
  /** Oxford-IIIT Pets (Parkhi et al., 2012): 37 breeds. */
  PETS(
      "pets",
      "https://www.robots.ox.ac.uk/~vgg/data/pets/",
      "images/, annotations/trainval.txt and annotations/test.txt in the folder or in"
          + " oxford-iiit-pet/"),
  /** Stanford Dogs (Khosla et al., 2011): 120 breeds. */
  DOGS(
      "dogs",
      "http://vision.stanford.edu/aditya86/ImageNetDogs/",
      "Images/, Annotation/, train_list.mat and test_list.mat in the folder or in StanfordDogs/"),
  /** The same, each image cropped to its largest dog. */
  DOGS_CROPPED("dogs-cropped", DOGS.page, DOGS.layout),
  /** NABirds (Van Horn et al., 2015): birds of 555 categories. */
  NABIRDS(
      "nabirds",
      "https://dl.allaboutbirds.org/nabirds",
      "images/, images.txt, image_class_labels.txt, train_test_split.txt, bounding_boxes.txt and"
          + " classes.txt in the folder or in nabirds/"),
  /** The same, each image cropped to its bird. */
  NABIRDS_CROPPED("nabirds-cropped", NABIRDS.page, NABIRDS.layout);

  private final String word;
  private final String page;
  private final String layout;

  DataFormat(String word, String page, String layout) {
    this.word = word;
    this.page = page;
    this.layout = layout;
  }

  /** The format that a word in front of a path stands for. */
  static Optional<DataFormat> of(String word) {
    return Arrays.stream(values())
        .filter(format -> !format.word.isEmpty() && format.word.equals(word))
        .findFirst();
  }

  /** What stands in front of a path, before a colon; empty for {@link #IMAGES}. */
  public String word() {
    return word;
  }

  /** Where its authors give it away. */
  String page() {
    return page;
  }

  /** What is expected where. */
  String layout() {
    return layout;
  }

  /** Whether images are cropped to what they show. */
  boolean isCropped() {
    return this == CUB_CROPPED || this == DOGS_CROPPED || this == NABIRDS_CROPPED;
  }
}
