package io.github.pleas.data;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The texts of a file: of a {@code .txt} each line, of a {@code .jsonl} a field of the object on
 * each line. Lines without text are left out and counted.
 *
 * @param lines the texts
 * @param empty how many lines had none
 */
record TextFile(List<Line> lines, int empty) {
  // UTF-16 and the objects around it.
  private static final int BYTES_IN_MEMORY = 3;

  /**
   * A text.
   *
   * @param number of its line in the file, from 1
   * @param text what it says
   * @param label its label as it is written; empty where none are read
   */
  record Line(int number, String text, String label) {}

  /**
   * Reads a file.
   *
   * @throws InvalidInputException if it is not UTF-8, a line is no object or lacks a field, or
   *     there is no text in it
   */
  static TextFile read(Path path, TextFields fields) {
    boolean json = path.toString().toLowerCase(Locale.ROOT).endsWith(".jsonl");
    if (!json && fields.label().isPresent()) {
      throw new InvalidInputException(
          path
              + " has no fields, so that there is no label '"
              + fields.label().get()
              + "'; expected .jsonl");
    }
    List<Line> lines = new ArrayList<>();
    int empty = 0;
    try {
      HeapLimit.require(
          BYTES_IN_MEMORY * Files.size(path), "the texts of " + path, "or give fewer of them");
      try (BufferedReader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          number++;
          String content = number == 1 && line.startsWith("\ufeff") ? line.substring(1) : line;
          if (content.isBlank()) {
            empty++;
            continue;
          }
          Line read = json ? object(path, number, content, fields) : new Line(number, content, "");
          if (read.text().isBlank()) {
            empty++;
          } else {
            lines.add(read);
          }
        }
      }
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(path + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new InvalidInputException(path + " cannot be read: " + Text.reason(e), e);
    }
    if (lines.isEmpty()) {
      throw new InvalidInputException(
          "%s holds no text: %s"
              .formatted(path, empty == 0 ? "it is empty" : "its " + empty + " lines are empty"));
    }
    return new TextFile(List.copyOf(lines), empty);
  }

  private static Line object(Path path, int number, String content, TextFields fields) {
    Map<String, Object> object;
    try {
      object = JSON.std.mapFrom(content);
      if (object == null) { // a line that says null
        throw new IOException("no object");
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s, line %d: expected a JSON object, found %s"
              .formatted(path, number, shortened(content)),
          e);
    }
    String text = field(path, number, object, fields.text(), "--text-field");
    Optional<String> label =
        fields.label().map(name -> field(path, number, object, name, "--label-field"));
    return new Line(number, text, label.orElse(""));
  }

  private static String field(
      Path path, int number, Map<String, Object> object, String name, String option) {
    Object value = object.get(name);
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw new InvalidInputException(
        "%s, line %d: %s; it has %s. Name another by %s"
            .formatted(
                path,
                number,
                object.containsKey(name)
                    ? "the field '" + name + "' is no text"
                    : "there is no field '" + name + "'",
                String.join(", ", object.keySet()),
                option));
  }

  private static String shortened(String content) {
    return content.length() > 40 ? content.substring(0, 40) + "..." : content;
  }
}
