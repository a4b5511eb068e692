package io.github.pleas.data;

import io.github.pleas.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/** Labelled images that lists name, in a folder, decoded and perhaps cropped at each reading. */
final class ListedDataset implements Dataset {
  private final Path root;
  private final String name;
  private final List<Item> items;
  private final List<String> classes;
  private final Boxes boxes;

  /**
   * An image.
   *
   * @param path from the data set's folder, checked to stay in it
   * @param label its class, from 0
   */
  record Item(String path, int label) {}

  /**
   * A data set.
   *
   * @param root the folder that paths start from
   * @param items in the order of the lists
   * @param classes names by label
   */
  ListedDataset(Path root, String name, List<Item> items, List<String> classes, Boxes boxes) {
    this.root = root;
    this.name = name;
    this.items = List.copyOf(items);
    this.classes = List.copyOf(classes);
    this.boxes = boxes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return items.size();
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
    return true;
  }

  @Override
  public int label(int index) {
    return items.get(index).label;
  }

  @Override
  public String describe(int index) {
    return root.resolve(items.get(index).path).toString();
  }

  @Override
  public float[] image(int index, Preprocessing preprocessing) {
    String path = items.get(index).path;
    try (InputStream in = Files.newInputStream(root.resolve(path))) {
      byte[] bytes = in.readNBytes(FolderDataset.MAX_FILE_BYTES + 1);
      if (bytes.length > FolderDataset.MAX_FILE_BYTES) {
        throw new IOException("it is larger than " + FolderDataset.MAX_FILE_BYTES + " bytes");
      }
      Pixels pixels = ImageDecoder.decode(bytes);
      Optional<Box> box = boxes.of(path);
      return preprocessing.apply(box.isPresent() ? box.get().crop(pixels) : pixels);
    } catch (IOException e) {
      throw new UnreadableImageException(describe(index), Text.reason(e), e);
    }
  }

  /** As {@link Dataset#digest} says, and with what each image is cropped to. */
  @Override
  public String digest() {
    Digest digest = new Digest();
    classes.forEach(digest::add);
    for (Item item : items) {
      digest.add(item.path);
      digest.add(item.label);
      Path file = root.resolve(item.path);
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        digest.add(found.size());
        digest.add(found.lastModifiedTime().toMillis());
        digest.add(boxes.of(item.path).map(Box::toString).orElse(""));
      } catch (IOException | UncheckedIOException e) {
        digest.add(-1); // such an image is left out when images are loaded
      }
    }
    return digest.hex();
  }

  @Override
  public void close() {
    // files are opened and closed at each read
  }
}
