package io.github.pleas;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A file that appears whole or not at all. The content goes into a hidden temporary file of the
 * same folder, is forced to the disk, checked, and then moved onto its final name in one step. If
 * anything fails on the way, or the program is ended (Ctrl-C), the temporary file is deleted and a
 * file that was there before stays as it was.
 */
public final class AtomicFile {
  /** What is written. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes everything; the caller closes the stream.
     *
     * @throws IOException if the stream refuses, for instance because the disk is full
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /** What is written into a file that names the one beside it. */
  @FunctionalInterface
  public interface Naming {
    /**
     * Writes everything; the caller closes the stream.
     *
     * @param beside the other file, complete and under its name
     * @throws IOException if the stream refuses
     */
    void writeTo(OutputStream out, Beside beside) throws IOException;
  }

  /**
   * The second of two files that belong together.
   *
   * @param path in the folder of the first
   * @param bytes its size
   * @param sha256 of its content
   */
  public record Beside(Path path, long bytes, String sha256) {}

  private static final int NAME_DIGITS = 16;

  private final Path target;
  private final Path temporary;
  private Optional<Path> beside = Optional.empty(); // to be deleted unless the target is replaced
  private boolean ended; // no further step on the disk: the program ends, or the write is over

  private AtomicFile(Path target) {
    this.target = target;
    this.temporary = target.resolveSibling(".pleas-" + UUID.randomUUID() + ".tmp");
  }

  /**
   * Checks early, before hours of work, that a file can be written where the user wants it.
   *
   * @param target the file to be made or replaced
   * @throws InvalidInputException if its folder does not exist or cannot be written to, or if the
   *     target is a folder, a device or a write-protected file
   */
  public static void requireWritable(Path target) {
    Path absolute = target.toAbsolutePath();
    if (Files.isDirectory(absolute)) {
      throw new InvalidInputException(target + " is a folder, expected the name of a file");
    }
    if (Files.exists(absolute) && !Files.isRegularFile(absolute)) {
      throw new InvalidInputException(target + " is not a regular file, and cannot be replaced");
    }
    if (Files.exists(absolute) && !Files.isWritable(absolute)) {
      throw new InvalidInputException(target + " is write-protected; choose another name");
    }
    Path folder = requireNonNull(resolved(absolute).getParent(), "an absolute file has a folder");
    if (!Files.exists(folder)) {
      throw new InvalidInputException(
          target + " cannot be written: the folder " + folder + " does not exist; make it first");
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          target + " cannot be written: " + folder + " is not a folder");
    }
    if (!Files.isWritable(folder)) {
      throw new InvalidInputException(
          target + " cannot be written: the folder " + folder + " is write-protected");
    }
  }

  /**
   * Writes a file, without a check of what was written.
   *
   * @throws InvalidInputException as {@link #requireWritable} says
   * @throws PleasException if writing fails; the target is then as it was before
   */
  public static void replace(Path target, Content content) {
    replace(target, content, temporary -> {});
  }

  /**
   * Writes a file, replacing the one that is there.
   *
   * @param target the file to be made or replaced; a symbolic link is followed
   * @param content what to write
   * @param check reads the temporary file and throws if it is not good; the target is then left as
   *     it was
   * @throws InvalidInputException as {@link #requireWritable} says
   * @throws PleasException if writing fails; what the check throws is passed on unchanged
   */
  public static void replace(Path target, Content content, Consumer<Path> check) {
    proceed(
        target,
        file -> {
          file.write(content);
          check.accept(file.temporary);
        });
  }

  /**
   * Writes two files that belong together, of which the target names the other one. That one's name
   * is the target's with a digest of the content, {@code target.0123456789abcdef.data}: so it never
   * stands in the way of the one that an older target names, and replacing the target in one step
   * replaces both. Whenever the program or the machine ends, the target is the old one or the new
   * one, and what it names is there.
   *
   * @param target the file to be made or replaced
   * @param other what to write beside it, first
   * @param content what to write into the target
   * @param check reads the temporary file, beside which the other one is in place; see {@link
   *     #replace(Path, Content, Consumer)}
   * @throws InvalidInputException as {@link #requireWritable} says, or if the target is a symbolic
   *     link: from its folder, the other file would not be found
   * @throws PleasException if writing fails; what the check throws is passed on unchanged
   */
  public static void replace(
      Path target, Content other, Naming content, BiConsumer<Path, Beside> check) {
    if (Files.isSymbolicLink(target)) {
      throw new InvalidInputException(
          target
              + " is a link, and what is written are two files that have to lie in one folder;"
              + " name the file itself");
    }
    proceed(
        target,
        file -> {
          Beside placed = file.place(other);
          file.write(out -> content.writeTo(out, placed));
          check.accept(file.temporary, placed);
        });
  }

  /** Whether a file has a name that one beside a target would get. */
  public static boolean isBeside(Path target, Path file) {
    return file.getFileName()
        .toString()
        .matches(
            Pattern.quote(target.getFileName().toString())
                + "\\.[0-9a-f]{"
                + NAME_DIGITS
                + "}\\.data");
  }

  private interface Steps {
    void of(AtomicFile file) throws IOException;
  }

  private static void proceed(Path target, Steps steps) {
    requireWritable(target);
    AtomicFile file = new AtomicFile(resolved(target.toAbsolutePath()));
    Thread hook = new Thread(file::end, "pleas-cleanup");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      throw new PleasException(target + " was not written: the program is being ended", e);
    }
    try (Ending ending = file::end) {
      steps.of(file);
      file.move();
    } catch (ClosedByInterruptException e) {
      throw new PleasException(target + " was not written: interrupted", e);
    } catch (IOException e) {
      throw new PleasException(target + " was not written: " + told(e), e);
    } finally {
      unregister(hook);
    }
  }

  private static Path resolved(Path absolute) {
    if (!Files.exists(absolute)) {
      return absolute;
    }
    try {
      return absolute.toRealPath();
    } catch (IOException e) {
      throw new InvalidInputException(
          absolute + " cannot be resolved: " + FileTrouble.reason(e), e);
    }
  }

  private void write(Content content) throws IOException {
    try (FileChannel channel = create();
        OutputStream out = new Pieces(Channels.newOutputStream(channel))) {
      content.writeTo(out);
      out.flush();
      channel.force(true);
    }
  }

  private Beside place(Content content) throws IOException {
    Digest digest = new Digest();
    write(
        out -> {
          OutputStream digested = digest.of(out);
          content.writeTo(digested);
          digested.flush();
        });
    String sha256 = digest.hex();
    Path placed =
        target.resolveSibling(
            target.getFileName() + "." + sha256.substring(0, NAME_DIGITS) + ".data");
    moveBeside(placed);
    return new Beside(placed, Files.size(placed), sha256);
  }

  // Creating, moving and deleting exclude each other: otherwise the end of the program between two
  // of them could leave a temporary file behind.
  private synchronized FileChannel create() throws IOException {
    requireGoing();
    return FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private synchronized void move() throws IOException {
    requireGoing();
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    ended = true;
  }

  private synchronized void moveBeside(Path placed) throws IOException {
    requireGoing();
    boolean before = Files.exists(placed); // of the same content, which an older target may name
    Files.move(temporary, placed, StandardCopyOption.ATOMIC_MOVE);
    beside = before ? Optional.empty() : Optional.of(placed);
  }

  private synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      Files.deleteIfExists(temporary);
      if (beside.isPresent()) {
        Files.deleteIfExists(beside.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("temporary files for " + target + " were not deleted", e);
    }
  }

  private void requireGoing() {
    if (ended) {
      throw new PleasException(target + " was not written: the program is being ended");
    }
  }

  private static void unregister(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException programEnds) {
      // Nothing to take back: the hook runs or has run, and does what the ending would have done.
    }
  }

  private static String told(IOException failure) {
    return FileTrouble.reason(failure)
        + (FileTrouble.isFull(failure) ? ". Free some space there, or name another place" : "");
  }

  private interface Ending extends AutoCloseable {
    @Override
    void close();
  }
}
