package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The classes of an image folder: which folder has which label, and what the class is called.
 *
 * <p>If all folders are named by non-negative integers they are in order of these numbers, so that
 * folders {@code 0} to {@code n-1}, with or without leading zeros, have their own number as label.
 * Otherwise they are in order of their names, as torchvision's ImageFolder has them.
 *
 * @param folders the folders' names, by label
 * @param names the readable names, by label; the folder's name where no other is known
 */
record ClassFolders(List<String> folders, List<String> names) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,30}");
  private static final Pattern SPACE = Pattern.compile("\\s+");

  ClassFolders {
    folders = List.copyOf(folders);
    names = List.copyOf(names);
  }

  /**
   * Gives labels to folders.
   *
   * @param found the folders that hold images
   * @param listing the lines of {@code classes.txt}, each a folder and a readable name; classes
   *     without images count if they are listed. A listing that knows none of the folders is of
   *     another kind and is ignored; it may be empty
   * @param listingName how messages name the listing
   * @throws InvalidInputException if two folders mean one number, or some but not all folders are
   *     listed
   */
  static ClassFolders of(Collection<String> found, List<String> listing, String listingName) {
    Map<String, String> readable = parse(found, listing);
    List<String> folders = new ArrayList<>(found);
    if (found.stream().anyMatch(readable::containsKey)) {
      for (String folder : found) {
        if (!readable.containsKey(folder)) {
          throw new InvalidInputException(
              listingName
                  + " does not list the class folder \""
                  + folder
                  + "\"; expected a line "
                  + "\"<folder> <readable name>\" for each class folder; complete or remove it");
        }
      }
      readable.keySet().stream().filter(name -> !found.contains(name)).forEach(folders::add);
    }
    folders.sort(order(folders));
    return new ClassFolders(
        folders, folders.stream().map(name -> readable.getOrDefault(name, name)).toList());
  }

  private static Map<String, String> parse(Collection<String> found, List<String> listing) {
    Map<String, String> readable = new HashMap<>();
    for (String raw : listing) {
      String line = raw.strip();
      if (line.isEmpty()) {
        continue;
      }
      // a folder's name may itself have spaces: take the longest folder that the line begins with
      String folder =
          found.stream()
              .filter(
                  name ->
                      line.equals(name)
                          || line.startsWith(name + " ")
                          || line.startsWith(name + "\t"))
              .max(Comparator.comparingInt(String::length))
              .orElse(SPACE.split(line, 2)[0]);
      String name = line.substring(folder.length()).strip();
      readable.put(folder, name.isEmpty() ? folder : name);
    }
    return readable;
  }

  private static Comparator<String> order(List<String> folders) {
    if (!folders.stream().allMatch(name -> NUMBER.matcher(name).matches())) {
      return Names.by(name -> name);
    }
    Map<BigInteger, String> numbers = new HashMap<>();
    for (String folder : folders) {
      String other = numbers.put(new BigInteger(folder), folder);
      if (other != null) {
        throw new InvalidInputException(
            "the class folders \""
                + other
                + "\" and \""
                + folder
                + "\" have the same number; rename one of them");
      }
    }
    return Comparator.comparing(BigInteger::new);
  }
}
