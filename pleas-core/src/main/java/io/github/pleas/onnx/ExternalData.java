package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors whose bytes lie in a file beside the model: keys {@code location}, {@code offset} and
 * {@code length} of TensorProto.external_data (onnx.proto). Only files inside the model's own
 * folder are opened: a model from a stranger must not reach others.
 */
final class ExternalData {
  private final Source source;
  private final long most;
  private long read;

  ExternalData(Source source) {
    this(source, Runtime.getRuntime().maxMemory());
  }

  /** As many bytes at most: a small model may name the bytes of one file again and again. */
  ExternalData(Source source, long most) {
    this.source = source;
    this.most = most;
  }

  /**
   * The bytes of one tensor.
   *
   * @param what the tensor, as messages call it
   * @param expected how many bytes its shape and type need
   */
  byte[] read(TensorProto tensor, String what, int expected) {
    Map<String, String> entries = new LinkedHashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    String location = entries.getOrDefault("location", "");
    Path file = locate(location, what);
    long offset = number(entries, "offset", 0, what);
    long length = number(entries, "length", expected, what);
    if (length != expected) {
      throw source.refuse(
          what + " needs " + expected + " bytes, but its external data have " + length);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (offset > size || length > size - offset) {
        throw source.refuse(
            what
                + " needs "
                + length
                + " bytes from byte "
                + offset
                + " of "
                + location
                + ", but that file has only "
                + size
                + " bytes; it is cut off, or belongs to another model");
      }
      read += length;
      if (read > most) {
        throw source.refuse(
            what
                + " is stored in "
                + location
                + ", and with it the model's tensors take more than the "
                + most / 1_000_000
                + " MB that Java may use; give it more memory (-Xmx)");
      }
      return bytes(channel, offset, (int) length);
    } catch (IOException e) {
      throw source.refuse(what + ": " + location + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
    return buffer.array();
  }

  private Path locate(String location, String what) {
    Path folder =
        source
            .folder()
            .orElseThrow(
                () ->
                    source.refuse(
                        what
                            + " is stored in another file, "
                            + location
                            + "; read the model from its folder"));
    if (location.isEmpty()) {
      throw source.refuse(what + " is stored in another file that is not named");
    }
    Path relative;
    try {
      relative = Path.of(location);
    } catch (InvalidPathException e) {
      throw source.refuse(what + " is stored in a file with an invalid name", e);
    }
    boolean rooted = location.startsWith("/") || location.startsWith("\\");
    if (rooted || relative.isAbsolute() || location.matches("[A-Za-z]:.*")) {
      throw source.refuse(
          what + " is stored in " + location + ", expected a path relative to the model's folder");
    }
    for (String part : location.split("[/\\\\]", -1)) {
      if (part.equals("..")) {
        throw source.refuse(
            what + " is stored in " + location + ", which is outside of the model's folder");
      }
    }
    Path file = folder.resolve(relative);
    if (!Files.exists(file)) {
      throw source.refuse(
          "the file " + file + " is missing, which holds " + what + "; put it beside the model");
    }
    return inside(folder, file, what);
  }

  private Path inside(Path folder, Path file, String what) {
    Path real;
    try {
      real = file.toRealPath();
      if (!real.startsWith(folder.toRealPath())) {
        throw source.refuse(
            what
                + " is stored in "
                + file
                + ", a link to "
                + real
                + " outside of the model's folder; put the file itself beside the model");
      }
    } catch (IOException e) {
      throw source.refuse(what + ": " + file + " cannot be resolved: " + e.getMessage(), e);
    }
    if (!Files.isRegularFile(real)) {
      throw source.refuse(what + " is stored in " + file + ", which is not a regular file");
    }
    return real;
  }

  private long number(Map<String, String> entries, String key, long otherwise, String what) {
    String text = entries.get(key);
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw source.refuse(what + ": the " + key + " of its external data is \"" + text + "\"", e);
    }
    throw source.refuse(what + ": the " + key + " of its external data is negative: " + text);
  }
}
