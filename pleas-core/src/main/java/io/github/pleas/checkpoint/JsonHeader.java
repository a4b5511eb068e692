package io.github.pleas.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The JSON by which a checkpoint says what it holds, read token by token: a name that comes twice,
 * a depth or a number beyond reason is refused where it stands.
 */
final class JsonHeader implements Closeable {
  /** The most bytes that the format itself allows a header. */
  static final int MOST_BYTES = 100_000_000;

  // A hundred megabytes of the shortest entries would become ten times as many bytes in memory; the
  // largest networks have a fifth of these tensors.
  private static final int MOST_FIELDS = 500_000;
  private static final int MOST_DIGITS = 20;
  private static final int MOST_DEPTH = 8;
  private static final int MOST_DIMENSIONS = 64;

  private final CheckpointFile file;
  private final JsonParser parser;

  /** Reads one step of a field's value. */
  @FunctionalInterface
  interface Field {
    void read(String name) throws IOException;
  }

  JsonHeader(CheckpointFile file, InputStream bytes) throws IOException {
    this.file = file;
    JsonFactory factory =
        JsonFactory.builder()
            // Names are kept by us; the parser's own table of them would be one more for an attack.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_DEPTH)
                    .maxNumberLength(MOST_DIGITS)
                    .build())
            .build();
    // A decoder that reports what is no UTF-8, where the parser by itself would guess an encoding.
    parser =
        factory.createParser(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()));
  }

  /** What a failure to read says of the file. */
  static RuntimeException refused(CheckpointFile file, IOException failure) {
    if (failure instanceof CharacterCodingException) {
      return file.refuse("has a JSON header that is not UTF-8", failure);
    }
    String why =
        failure instanceof JsonProcessingException json
            ? json.getOriginalMessage()
            : String.valueOf(failure.getMessage());
    return file.refuse("has a JSON header that cannot be read: " + why, failure);
  }

  /** Reads a whole document, which is one object. */
  void document(Field fields) throws IOException {
    parser.nextToken();
    object("the JSON header", fields);
    if (parser.nextToken() != null) {
      throw file.refuse("has something behind its JSON header");
    }
  }

  /** Reads the object at hand. */
  void object(String what, Field fields) throws IOException {
    require(JsonToken.START_OBJECT, what, "an object");
    for (int count = 1; parser.nextToken() == JsonToken.FIELD_NAME; count++) {
      if (count > MOST_FIELDS) {
        throw file.refuse(what + " has more than " + MOST_FIELDS + " fields");
      }
      String name = parser.currentName();
      parser.nextToken();
      fields.read(name);
    }
  }

  /** The text at hand. */
  String text(String what) throws IOException {
    require(JsonToken.VALUE_STRING, what, "a text");
    return parser.getText();
  }

  /** The list of sizes or offsets at hand: whole numbers of 0 or more. */
  long[] sizes(String what) throws IOException {
    require(JsonToken.START_ARRAY, what, "a list of numbers");
    List<Long> found = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(JsonToken.VALUE_NUMBER_INT, what, "whole numbers");
      long size = parser.getLongValue();
      if (size < 0 || found.size() == MOST_DIMENSIONS) {
        throw file.refuse(
            size < 0
                ? what + " is negative: " + size
                : what + " has more than " + MOST_DIMENSIONS + " numbers");
      }
      found.add(size);
    }
    return found.stream().mapToLong(Long::longValue).toArray();
  }

  /** Passes over the value at hand. */
  void skip() throws IOException {
    parser.skipChildren();
  }

  private void require(JsonToken token, String what, String expected) throws IOException {
    if (parser.currentToken() != token) {
      throw file.refuse(what + " is not as expected, which is " + expected);
    }
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
