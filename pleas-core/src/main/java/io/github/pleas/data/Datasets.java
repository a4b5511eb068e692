package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Opens images for merging and for measuring accuracy.
 *
 * <p><b>Folders and zips.</b> Images (PNG, JPEG, WebP, BMP) lie in a folder for each class, at any
 * depth, or all directly in one folder and then have no labels. Where there are folders {@code
 * train} and {@code test} (or, without {@code test}, {@code val}, {@code valid} or {@code
 * validation}; in upper or lower case), the first holds {@link Split#TRAIN} and the second {@link
 * Split#TEST}, and what lies elsewhere is left out; otherwise both splits are the whole. Folders
 * that contain nothing but one folder are passed through. Hidden files, {@code __MACOSX} and files
 * of other kinds are ignored. A zip is read in place.
 *
 * <p><b>Labels.</b> If all class folders are named by non-negative integers, the labels are in
 * order of these numbers (folders 0 to n-1 are their own labels), otherwise in order of the names,
 * as torchvision's ImageFolder has it; the classes of both splits are numbered together. An
 * optional {@code classes.txt} (UTF-8) in a split's folder, beside the splits or at the top, with
 * lines {@code <folder> <readable name>}, gives readable names, and counts classes that have no
 * images.
 *
 * <p><b>npz.</b> Arrays {@code x} and {@code y}, or {@code x_train}, {@code y_train}, {@code
 * x_test} and {@code y_test} ({@code val}, {@code valid} or {@code validation} for a missing {@code
 * test}); {@code y} is optional. Images are [n, h, w], [n, c, h, w] or [n, h, w, c] with 1, 3 or 4
 * channels; where both of the last two fit, the channels come first. Integers are divided by 255,
 * floats must be from 0 to 1. Labels are integers, [n] or [n, 1]. All is read into memory, compact
 * as stored.
 *
 * <p><b>Data sets as they are distributed</b>, see {@link DataFormat}: lists say which image has
 * which label and is for training or for the test.
 */
public final class Datasets {
  private Datasets() {}

  /**
   * Opens a split of a dataset.
   *
   * @param location where it is, and how it lies there
   * @return the dataset, which the caller closes
   * @throws InvalidInputException if there is nothing at the path (with where to get a data set
   *     that others distribute), or its layout is not as expected
   */
  public static Dataset open(DataLocation location, Split split) {
    return switch (location.format()) {
      case IMAGES -> open(location.path(), split);
      case DOMAINNET -> DomainNet.open(location, split);
      case CUB, CUB_CROPPED -> BirdLists.open(location, "CUB_200_2011", split);
      case NABIRDS, NABIRDS_CROPPED -> BirdLists.open(location, "nabirds", split);
      case PETS -> OxfordPets.open(location, split);
      case DOGS, DOGS_CROPPED -> StanfordDogs.open(location, split);
    };
  }

  /**
   * Looks quickly whether there is a dataset: lists of images are read, folders are not.
   *
   * @throws InvalidInputException if there is nothing at the path, or lists are missing or not as
   *     expected
   */
  public static void requireThere(DataLocation location) {
    if (location.format() == DataFormat.IMAGES) {
      requireThere(location.path());
    } else {
      open(location, Split.TRAIN).close();
    }
  }

  private static void requireThere(Path path) {
    if (!Files.exists(path)) {
      throw new InvalidInputException(
          "there is no " + path + "; expected a folder of images, a zip of one, or an .npz file");
    }
  }

  /**
   * Opens a split of a dataset that lies as a folder does, wherever it is.
   *
   * @param source its files, which the dataset closes
   * @return the dataset, which the caller closes
   * @throws InvalidInputException if it holds no images, or its layout is not one of the above
   */
  public static Dataset open(FileSource source, Split split) {
    return FolderDataset.of(source, split);
  }

  /**
   * Opens a split of a dataset.
   *
   * @param path a folder, a zip or an npz file
   * @return the dataset, which the caller closes
   * @throws InvalidInputException if there is nothing at the path, it is of another kind, it holds
   *     no images, or its layout is not one of the above
   */
  public static Dataset open(Path path, Split split) {
    requireThere(path);
    if (Files.isDirectory(path)) {
      return FolderDataset.of(FolderSource.open(path), split);
    }
    ZipSource zip = new ZipSource(path);
    try {
      if (path.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
        try (zip) {
          return NpzReader.read(zip, path, split);
        }
      }
      return FolderDataset.of(zip, split);
    } catch (RuntimeException e) {
      zip.close();
      throw e;
    }
  }
}
