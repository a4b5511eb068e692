package io.github.pleas;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Why a file could not be read or written, in words for messages, and what to do about it. */
public final class FileTrouble {
  private FileTrouble() {}

  /**
   * The reason, without the name of the file, which the message says itself.
   *
   * @param failure of the system; many say no more by themselves than the file's name
   */
  public static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "it does not exist, or its folder takes no files";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  /** Whether a disk, or the user's share of it, is full. */
  public static boolean isFull(IOException failure) {
    String reason = reason(failure).toLowerCase(Locale.ROOT);
    return reason.contains("no space left")
        || reason.contains("not enough space")
        || reason.contains("quota exceeded");
  }
}
