package io.github.pleas.journal;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Keeps a folder for one program at a time. The system gives the lock back when the program ends,
 * however it ends.
 */
final class FolderLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private FolderLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Locks a folder.
   *
   * @param file the lock's file in it, made if it does not exist
   * @throws InvalidInputException if another one has it, or the file cannot be made
   */
  static FolderLock of(Path folder, Path file) {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new InvalidInputException(
          "nothing can be written in the folder " + folder + ": " + e, e);
    }
    FolderLock lock = new FolderLock(file, channel);
    if (lock.taken().isEmpty()) {
      lock.close();
      throw new InvalidInputException(
          "another merge is at work in the folder "
              + folder
              + "; wait for its end, or name another folder");
    }
    return lock;
  }

  private Optional<FileLock> taken() {
    try {
      return Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException ofThisProgram) {
      return Optional.empty();
    } catch (IOException e) {
      close();
      throw new PleasException("%s cannot be locked: %s".formatted(file, e), e);
    }
  }

  Path file() {
    return file;
  }

  /** Gives the lock back, and takes its file away. */
  void remove() {
    close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new PleasException("%s cannot be deleted: %s".formatted(file, e), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new PleasException("%s cannot be closed: %s".formatted(file, e), e);
    }
  }
}
