package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A state dict in another precision. */
final class RoundedStateDict implements StateDict {
  private static final int CHUNK = 1 << 17;

  private final StateDict dict;
  private final Precision precision;
  private final Map<String, ElementType> stored = new HashMap<>();

  RoundedStateDict(StateDict dict, Precision precision) {
    this.dict = dict;
    this.precision = precision;
    dict.entries().forEach(entry -> stored.put(entry.name(), entry.type()));
  }

  @Override
  public List<Entry> entries() {
    return dict.entries().stream()
        .map(e -> new Entry(e.name(), precision.of(e.type()), e.shape()))
        .toList();
  }

  @Override
  public Tensor read(String name) {
    return precision.of(dict.read(name));
  }

  @Override
  public InputStream open(String name) {
    InputStream elements = dict.open(name); // which knows whether there is such a tensor
    ElementType from = Objects.requireNonNull(stored.get(name));
    ElementType to = precision.of(from);
    return from == to ? elements : new Rounded(elements, from, to, "tensor \"" + name + "\"");
  }

  @Override
  public List<List<String>> aliases() {
    return dict.aliases();
  }

  @Override
  public void close() throws IOException {
    dict.close();
  }

  private static final class Rounded extends InputStream {
    private final InputStream stored;
    private final ElementType from;
    private final Rounding rounding;
    private final byte[] source;
    private final ByteBuffer rounded;

    Rounded(InputStream stored, ElementType from, ElementType to, String what) {
      this.stored = stored;
      this.from = from;
      this.rounding = new Rounding(from, to, what);
      this.source = new byte[CHUNK * from.bytes()];
      this.rounded =
          ByteBuffer.allocate(CHUNK * to.bytes()).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      Objects.checkFromIndexSize(at, length, into.length);
      if (length > 0 && !rounded.hasRemaining() && !fill()) {
        return -1;
      }
      int count = Math.min(length, rounded.remaining());
      rounded.get(into, at, count);
      return count;
    }

    private boolean fill() throws IOException {
      int read = stored.readNBytes(source, 0, source.length);
      rounded.clear();
      rounding.round(
          ByteBuffer.wrap(source, 0, read - read % from.bytes()).order(ByteOrder.LITTLE_ENDIAN),
          rounded);
      rounded.flip();
      return rounded.hasRemaining();
    }
  }
}
