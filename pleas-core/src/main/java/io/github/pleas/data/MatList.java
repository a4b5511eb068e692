package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sources;

/**
 * A list of files and labels that MATLAB wrote (level 5): a cell array {@code file_list} [n, 1] and
 * a matrix {@code labels} [n, 1]. What the file claims to hold is not trusted.
 */
final class MatList {
  private static final long MAX_BYTES = 32L << 20;
  private static final int MAX_UNPACKED = 256 << 20;
  private static final int MAX_ENTRIES = 10_000_000;
  private static final int MAX_LABEL = 100_000;

  private MatList() {}

  /**
   * A line of the list.
   *
   * @param file a path within the data set
   * @param label from 1
   */
  record Entry(String file, int label) {}

  /**
   * Reads a list.
   *
   * @throws InvalidInputException if the file is no such list
   */
  static List<Entry> read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new InvalidInputException(file + " is larger than " + MAX_BYTES + " bytes");
      }
      byte[] bytes = Files.readAllBytes(file);
      try (Mat5File mat =
          Mat5.newReader(Sources.wrap(bytes))
              .disableSubsystemProcessing()
              .setMaxInflateBufferSize(1 << 16)
              .setEntryFilter(
                  header -> {
                    boolean wanted = Set.of("file_list", "labels").contains(header.getName());
                    if (wanted) {
                      requireSize(header.getDimensions());
                    }
                    return wanted;
                  })
              .setBufferAllocator(new Bounded())
              .readMat()) {
        return entries(file, mat.getCell("file_list"), mat.getMatrix("labels"));
      }
    } catch (InvalidInputException e) {
      throw e;
    } catch (IOException
        | IllegalArgumentException
        | IllegalStateException
        | ClassCastException
        | ArithmeticException
        | NegativeArraySizeException
        | IndexOutOfBoundsException
        | BufferUnderflowException
        | OutOfMemoryError
        | StackOverflowError e) {
      // The library answers a broken file with any of these: arrays in arrays may claim any size.
      throw new InvalidInputException(
          "%s cannot be read: expected a MATLAB file with file_list and labels (%s)"
              .formatted(
                  file, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    }
  }

  /** Refuses, before there is memory for it, an array larger than lists are. */
  private static void requireSize(int[] dimensions) {
    long count = 1;
    for (int dimension : dimensions) {
      count *= Math.min(Math.max(dimension, -1), MAX_ENTRIES + 1);
      if (dimension < 0 || count > MAX_ENTRIES) {
        throw new IllegalArgumentException(
            "an array of %s, more than %d entries"
                .formatted(Arrays.toString(dimensions), MAX_ENTRIES));
      }
    }
  }

  private static List<Entry> entries(Path file, Cell files, Matrix labels) {
    int count = files.getNumElements();
    if (labels.getNumElements() != count) {
      throw new InvalidInputException(
          "%s: file_list has %d entries, labels has %d"
              .formatted(file, count, labels.getNumElements()));
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String place = file + ", entry " + (i + 1);
      double label = labels.getDouble(i);
      if (!(label >= 1 && label <= MAX_LABEL) || label != Math.rint(label)) {
        throw new InvalidInputException(
            "%s: expected a label from 1 to %d, found %s".formatted(place, MAX_LABEL, label));
      }
      entries.add(
          new Entry(RelativePath.checked(files.getChar(i).getString(), place), (int) label));
    }
    return entries;
  }

  /** Gives memory for arrays as long as they are of a size that lists have. */
  private static final class Bounded implements BufferAllocator {
    private long given;

    @Override
    public ByteBuffer allocate(int bytes) {
      given += bytes;
      if (bytes < 0 || given > MAX_UNPACKED) {
        throw new IllegalArgumentException("it unpacks to more than " + MAX_UNPACKED + " bytes");
      }
      return ByteBuffer.allocate(bytes);
    }

    @Override
    public void release(ByteBuffer buffer) {
      // the collector's work
    }
  }
}
