package io.github.pleas.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes {@code .safetensors}: see {@link SafetensorsReader}. The header keeps the order of the
 * state dict; the data are ordered by the width of their elements, the widest first, so that every
 * tensor is aligned, which PyTorch's reader needs. Tied tensors are written once for each name: the
 * format cannot tell of them.
 */
final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int CHUNK_BYTES = 1 << 20;

  private final StateDict dict;

  SafetensorsWriter(StateDict dict) {
    this.dict = dict;
  }

  /** Whether the header has room for a tensor's name, beside what it says of the file. */
  static boolean holds(String name) {
    return !name.equals(SafetensorsReader.METADATA);
  }

  /** Writes the file; the stream stays open. */
  void writeTo(OutputStream out) throws IOException {
    List<StateDict.Entry> ordered = new ArrayList<>(dict.entries());
    ordered.sort(Comparator.comparingInt(entry -> -entry.type().bytes()));
    byte[] header = header(ordered);
    out.write(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header.length)
            .array());
    out.write(header);
    for (StateDict.Entry entry : ordered) {
      copy(entry, out);
    }
  }

  private static long bytes(StateDict.Entry entry) {
    return View.rowMajor(entry.shape()).count() * entry.type().bytes();
  }

  private byte[] header(List<StateDict.Entry> ordered) throws IOException {
    Map<String, Long> begins = new HashMap<>();
    long begin = 0;
    for (StateDict.Entry entry : ordered) {
      begins.put(entry.name(), begin);
      begin += bytes(entry);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    JsonFactory factory =
        JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();
    try (JsonGenerator json = factory.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeObjectFieldStart(SafetensorsReader.METADATA);
      json.writeStringField("format", "pt"); // readers of PyTorch networks ask for it
      json.writeEndObject();
      for (StateDict.Entry entry : dict.entries()) {
        long first = begins.getOrDefault(entry.name(), 0L);
        json.writeObjectFieldStart(entry.name());
        json.writeStringField("dtype", SafetensorsType.name(entry.type()).orElseThrow());
        json.writeFieldName("shape");
        json.writeArray(entry.shape(), 0, entry.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {first, first + bytes(entry)}, 0, 2);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    while (bytes.size() % ALIGNMENT != 0) {
      bytes.write(' ');
    }
    return bytes.toByteArray();
  }

  private void copy(StateDict.Entry entry, OutputStream out) throws IOException {
    InputStream in = dict.open(entry.name());
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, bytes(entry))];
    for (long left = bytes(entry); left > 0; ) {
      int read = in.read(chunk, 0, (int) Math.min(chunk.length, left));
      if (read < 0) {
        throw new IOException(entry + " has " + left + " bytes less than expected");
      }
      out.write(chunk, 0, read);
      left -= read;
    }
  }
}
