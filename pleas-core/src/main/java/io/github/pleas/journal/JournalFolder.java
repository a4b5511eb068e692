package io.github.pleas.journal;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A journal in a folder. Its files have names of their own ({@code *.pleas-piece}); others that lie
 * there are never touched, and a folder in which only others lie is refused.
 */
public final class JournalFolder implements Journal, AutoCloseable {
  private static final String SUFFIX = ".pleas-piece";
  private static final String REQUEST = "request";
  private static final String LOCK = "lock";
  private static final Pattern NAME = Pattern.compile("[a-z]+(-[0-9a-z]+)*");
  private static final Pattern OURS =
      Pattern.compile(
          NAME.pattern() + Pattern.quote(SUFFIX) + "(" + Pattern.quote(PieceFile.PART) + ")?");

  private final Path folder;
  private final FolderLock lock;
  private final Consumer<String> notes;

  private JournalFolder(Path folder, FolderLock lock, Consumer<String> notes) {
    this.folder = folder;
    this.lock = lock;
    this.notes = notes;
  }

  /**
   * Refuses early what {@link #open} would refuse later, whatever is asked for.
   *
   * @throws InvalidInputException if the path is no folder, or one with files of others alone
   */
  public static void requireUsable(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          folder + " is a file, expected a folder to keep an unfinished merge in");
    }
    List<Path> all = files(folder);
    if (!all.isEmpty() && all.stream().noneMatch(JournalFolder::isOurs)) {
      throw new InvalidInputException(
          "%s is not empty (it holds %s, for instance) and is no folder of an unfinished merge; name another one, or one that does not exist yet"
              .formatted(folder, all.get(0).getFileName()));
    }
  }

  /**
   * Opens a folder, which is made if it does not exist.
   *
   * @param request all that the work's result depends on, by name
   * @param notes told what users should know: what is damaged, and is made again
   * @throws InvalidInputException as {@link #requireUsable}; or if the folder is in use, or holds
   *     work on another request: what differs, and what to do
   */
  public static JournalFolder open(
      Path folder, Map<String, String> request, Consumer<String> notes) {
    requireUsable(folder);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidInputException("the folder " + folder + " cannot be made: " + e, e);
    }
    JournalFolder opened =
        new JournalFolder(folder, FolderLock.of(folder, folder.resolve(LOCK + SUFFIX)), notes);
    boolean usable = false;
    try {
      opened.begin(request);
      usable = true;
    } finally {
      if (!usable) {
        opened.close();
      }
    }
    return opened;
  }

  private void begin(Map<String, String> request) {
    Path file = file(REQUEST);
    if (Files.exists(file)) {
      Map<String, String> there;
      try {
        there = PieceFile.read(file, REQUEST, Requests::read);
      } catch (IOException e) {
        throw new InvalidInputException(
            "%s cannot be read (%s), so that nobody knows what was merged there; delete its *.pleas-piece files to begin anew, or name another folder"
                .formatted(file, e.getMessage()),
            e);
      }
      Requests.requireSame(folder, there, request);
      deleteAll(path -> path.toString().endsWith(PieceFile.PART));
    } else {
      // Left by the end of a merge, or by one that was stopped before it had begun.
      deleteAll(path -> !path.equals(lock.file()));
      write(REQUEST, out -> Requests.write(out, request));
    }
  }

  @Override
  public boolean keeps() {
    return true;
  }

  @Override
  public <T> Optional<T> read(String name, Reader<T> reader) {
    Path file = file(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(PieceFile.read(file, name, reader));
    } catch (IOException e) {
      notes.accept("%s is damaged (%s) and is made again".formatted(file, e.getMessage()));
      return Optional.empty();
    }
  }

  @Override
  public PieceOutput open(String name) {
    return new PieceOutput(file(name), name);
  }

  /** How many pieces there are whose names begin so. */
  public int count(String prefix) {
    return (int)
        files(folder).stream()
            .map(path -> path.getFileName().toString())
            .filter(name -> name.startsWith(prefix) && name.endsWith(SUFFIX))
            .count();
  }

  private Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no name of a piece: '" + name + "'");
    }
    return folder.resolve(name + SUFFIX);
  }

  /**
   * The work is done: removes all that was kept. The folder itself stays, and what others put
   * there.
   *
   * @throws PleasException if a file cannot be deleted
   */
  public void finish() {
    // Without its request a folder is one to begin anew in.
    deleteAll(path -> path.equals(file(REQUEST)));
    deleteAll(path -> !path.equals(lock.file()));
    lock.remove();
  }

  private void deleteAll(Predicate<Path> which) {
    for (Path path : files(folder)) {
      if (isOurs(path) && which.test(path)) {
        try {
          Files.delete(path);
        } catch (IOException e) {
          throw new PleasException("%s cannot be deleted: %s".formatted(path, e), e);
        }
      }
    }
  }

  private static boolean isOurs(Path path) {
    return OURS.matcher(path.getFileName().toString()).matches() && Files.isRegularFile(path);
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new InvalidInputException("the folder " + folder + " cannot be read: " + e, e);
    }
  }

  /** Gives the folder back to whoever goes on with it. */
  @Override
  public void close() {
    lock.close();
  }
}
