package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A text file of a data set that lists something, one thing a line, in columns between spaces. It
 * may come from anywhere: sizes are bounded, and a line that is not as expected is named.
 */
final class ListFile {
  private static final int MAX_BYTES = 64 << 20;
  private static final int MAX_LINE = 4096;

  private final Path file;

  ListFile(Path file) {
    this.file = file;
  }

  /**
   * A line that is not empty.
   *
   * @param file where it stands
   * @param number counted from 1
   * @param columns what stands between spaces
   */
  record Line(Path file, int number, List<String> columns) {
    String text(int column) {
      return columns.get(column);
    }

    /**
     * A whole number of a column.
     *
     * @throws InvalidInputException if it is none, or not within the bounds
     */
    int integer(int column, int least, int most) {
      try {
        int value = Integer.parseInt(text(column));
        if (value >= least && value <= most) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw new InvalidInputException(found(column, least, most), e);
      }
      throw new InvalidInputException(found(column, least, most));
    }

    private String found(int column, int least, int most) {
      return "%s: expected a whole number from %d to %d, found '%s'"
          .formatted(place(), least, most, text(column));
    }

    /** A number of a column, such as a coordinate. */
    double number(int column) {
      try {
        double value = Double.parseDouble(text(column));
        if (Math.abs(value) <= Integer.MAX_VALUE) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw new InvalidInputException(
            "%s: expected a number, found '%s'".formatted(place(), text(column)), e);
      }
      throw new InvalidInputException(
          "%s: expected a number, found '%s'".formatted(place(), text(column)));
    }

    /**
     * A path of a column, which must stay within the data set: relative, and without {@code ..}.
     * Links on disk are followed, as the user made them.
     */
    String path(int column) {
      return RelativePath.checked(text(column), place());
    }

    /** File and line, for messages. */
    String place() {
      return file + ", line " + number;
    }
  }

  /**
   * All lines that are not empty.
   *
   * @param columns how many columns each has; the last takes what is left of the line
   * @throws InvalidInputException if the file cannot be read, is no text or too large, or a line
   *     has fewer columns
   */
  List<Line> lines(int columns) {
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String text : (Iterable<String>) text().lines()::iterator) {
      number++;
      String place = file + ", line " + number;
      if (text.length() > MAX_LINE) {
        throw new InvalidInputException(
            place + " has " + text.length() + " characters, more than " + MAX_LINE);
      }
      if (text.isBlank()) {
        continue;
      }
      List<String> found = List.of(text.strip().split("[ \\t]+", columns));
      if (found.size() < columns) {
        throw new InvalidInputException(
            "%s: expected %d columns, found %d: '%s'"
                .formatted(place, columns, found.size(), text.strip()));
      }
      lines.add(new Line(file, number, found));
    }
    return lines;
  }

  private String text() {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new InvalidInputException(file + " is larger than " + MAX_BYTES + " bytes");
      }
      return Text.decode(bytes);
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be read: " + Text.reason(e), e);
    }
  }
}
