package io.github.pleas.data;

import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Images in a folder or in a zip of one, decoded at each reading. */
final class FolderDataset implements Dataset {
  /** The most bytes that the file of an image may have. */
  static final int MAX_FILE_BYTES = EncodedImage.MAX_BYTES;

  private static final int MAX_LISTING_BYTES = 1 << 20;
  private static final String LISTING = "classes.txt";
  private static final Set<String> EXTENSIONS = Set.of("png", "jpg", "jpeg", "webp", "bmp");

  private final FileSource source;
  private final String name;
  private final List<Item> items;
  private final List<String> classes;

  /** An image and its label, -1 for none. */
  private record Item(SourceFile file, int label) {}

  private FolderDataset(FileSource source, String name, List<Item> items, List<String> classes) {
    this.source = source;
    this.name = name;
    this.items = List.copyOf(items);
    this.classes = List.copyOf(classes);
  }

  /**
   * Makes a dataset of a split; it owns the source from then on.
   *
   * @throws InvalidInputException if there are no images, images both in class folders and beside
   *     them, or no class in both splits
   */
  static FolderDataset of(FileSource source, Split split) {
    List<String> paths =
        source.files().stream().map(SourceFile::path).filter(FolderDataset::isImage).toList();
    if (paths.isEmpty()) {
      throw new InvalidInputException(
          source.name()
              + " holds no images; expected PNG, JPEG, WebP or BMP files, in a folder "
              + "for each class or directly, perhaps in folders train and test");
    }
    SplitFolders splits = SplitFolders.find(paths);
    String prefix = splits.of(split);
    List<SourceFile> files =
        source.files().stream()
            .filter(file -> file.path().startsWith(prefix) && isImage(file.path()))
            .toList();
    String name = source.name() + label(splits, prefix);
    if (!isLabelled(source, prefix, paths)) {
      return new FolderDataset(
          source, name, files.stream().map(file -> new Item(file, -1)).toList(), List.of());
    }
    ClassFolders classes = classes(source, splits, prefix, paths);
    Map<String, Integer> labels = new HashMap<>();
    for (String folder : classes.folders()) {
      labels.put(folder, labels.size());
    }
    List<Item> items = new ArrayList<>();
    for (SourceFile file : files) {
      String rest = file.path().substring(prefix.length());
      items.add(new Item(file, labels.getOrDefault(rest.substring(0, rest.indexOf('/')), -1)));
    }
    Collections.sort(items, (a, b) -> Integer.compare(a.label, b.label)); // stable: then by path
    return new FolderDataset(source, name, items, classes.names());
  }

  private static boolean isImage(String path) {
    String extension = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return EXTENSIONS.contains(extension);
  }

  private static String label(SplitFolders splits, String prefix) {
    return prefix.equals(splits.top())
        ? ""
        : " (" + prefix.substring(splits.top().length(), prefix.length() - 1) + ")";
  }

  private static boolean isLabelled(FileSource source, String prefix, List<String> paths) {
    Set<String> folders = SplitFolders.foldersIn(prefix, paths);
    if (!folders.isEmpty() && SplitFolders.hasFilesIn(prefix, paths)) {
      throw new InvalidInputException(
          source.name()
              + (prefix.isEmpty() ? "" : ", " + prefix)
              + " holds images both directly "
              + "and in folders (such as \""
              + folders.iterator().next()
              + "\"); put each image "
              + "in the folder of its class, or all of them into one folder");
    }
    return !folders.isEmpty();
  }

  private static ClassFolders classes(
      FileSource source, SplitFolders splits, String prefix, List<String> paths) {
    Set<String> folders = new TreeSet<>(SplitFolders.foldersIn(prefix, paths));
    String other = prefix.equals(splits.train()) ? splits.test() : splits.train();
    if (splits.isSplit() && isLabelled(source, other, paths)) {
      Set<String> others = SplitFolders.foldersIn(other, paths);
      if (Collections.disjoint(folders, others)) {
        throw new InvalidInputException(
            source.name()
                + ": "
                + splits.train()
                + " and "
                + splits.test()
                + " have no class "
                + "folder in common ("
                + folders.iterator().next()
                + "..., "
                + others.iterator().next()
                + "...); both must name the same classes");
      }
      folders.addAll(others);
    }
    for (String place : List.of(splits.train(), splits.test(), splits.top(), "")) {
      for (SourceFile file : source.files()) {
        if (file.path().equals(place + LISTING)) {
          return ClassFolders.of(folders, lines(source, file), source.describe(file));
        }
      }
    }
    return ClassFolders.of(folders, List.of(), "");
  }

  private static List<String> lines(FileSource source, SourceFile listing) {
    try {
      return Text.decode(source.read(listing, MAX_LISTING_BYTES)).lines().toList();
    } catch (IOException e) {
      throw new InvalidInputException(
          source.describe(listing)
              + " cannot be read: "
              + e.getMessage()
              + "; correct or remove it",
          e);
    }
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
    return !classes.isEmpty();
  }

  @Override
  public int label(int index) {
    if (!isLabelled()) {
      throw new IllegalStateException(name + " has no labels");
    }
    return items.get(index).label;
  }

  @Override
  public String describe(int index) {
    return source.describe(items.get(index).file);
  }

  @Override
  public float[] image(int index, Preprocessing preprocessing) {
    try {
      byte[] bytes = source.read(items.get(index).file, MAX_FILE_BYTES);
      return EncodedImage.read(bytes, preprocessing);
    } catch (IOException e) {
      throw new UnreadableImageException(describe(index), Text.reason(e), e);
    }
  }

  @Override
  public String digest() {
    Digest digest = new Digest();
    classes.forEach(digest::add);
    for (Item item : items) {
      digest.add(item.file.path());
      digest.add(item.label);
      digest.add(item.file.size());
      digest.add(item.file.stamp());
    }
    return digest.hex();
  }

  @Override
  public void close() {
    source.close();
  }
}
