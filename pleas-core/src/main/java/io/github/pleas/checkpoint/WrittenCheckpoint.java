package io.github.pleas.checkpoint;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** A checkpoint that was just written, opened again before it takes its name. */
public final class WrittenCheckpoint {
  private WrittenCheckpoint() {}

  /**
   * Requires that names, types and shapes are those that were to be written.
   *
   * @param file the whole checkpoint, under a temporary name
   * @param target its name to be
   * @throws PleasException if they are not, or the file cannot be opened
   */
  public static void requireSameEntries(StateDict expected, Path file, Path target) {
    try (StateDict found = Checkpoints.open(file, Optional.empty())) {
      requireSameEntries(expected, found, target);
    } catch (InvalidInputException e) {
      throw unreadable(target, e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be closed", e);
    }
  }

  /**
   * Requires that names, types, shapes and values are those that were to be written.
   *
   * @param file the whole checkpoint, under a temporary name
   * @param target its name to be
   * @throws PleasException if they are not, or the file cannot be read
   */
  public static void requireSame(StateDict expected, Path file, Path target) {
    try (StateDict found = Checkpoints.open(file, Optional.empty())) {
      requireSameEntries(expected, found, target);
      for (StateDict.Entry entry : expected.entries()) {
        if (!found.read(entry.name()).equals(expected.read(entry.name()))) {
          throw new PleasException(
              target + " was not written: read again, " + entry + " has other values");
        }
      }
    } catch (InvalidInputException e) {
      throw unreadable(target, e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be closed", e);
    }
  }

  private static void requireSameEntries(StateDict expected, StateDict found, Path target) {
    if (!found.entries().equals(expected.entries())) {
      throw new PleasException(
          target + " was not written: opened again, it has other names, types or shapes");
    }
  }

  private static PleasException unreadable(Path target, InvalidInputException why) {
    return new PleasException(
        target + " was not written: it could not be opened again: " + why.getMessage(), why);
  }
}
