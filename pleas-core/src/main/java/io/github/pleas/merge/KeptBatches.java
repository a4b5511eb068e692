package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;

import io.github.pleas.eval.OutputBatches;
import io.github.pleas.journal.Numbers;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.TensorStore;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** All outputs of one network on some images, in the batches in which they came. */
final class KeptBatches {
  /** Numbers that are handed out at once, at most, unless one image has more. */
  private static final int AT_ONCE = 1 << 22;

  private final Map<String, Integer> widths;
  private final int images;
  private final TensorStore store;
  private final List<Part> parts = new ArrayList<>();

  /**
   * What a batch gave.
   *
   * @param first its first image
   * @param count how many images
   * @param values of each output [count, numbers of an image], in their order
   */
  private record Part(int first, int count, List<TensorStore.Stored> values) {}

  /**
   * Nothing yet.
   *
   * @param widths of each output by name how many numbers an image has
   * @param images how many there will be
   * @param store keeps them
   */
  KeptBatches(Map<String, Integer> widths, int images, TensorStore store) {
    this.widths = new LinkedHashMap<>(widths);
    this.images = images;
    this.store = store;
  }

  /** What is or will be kept, in bytes. */
  static long bytes(Map<String, Integer> widths, int images) {
    return (long) images * width(widths) * Float.BYTES;
  }

  private static long width(Map<String, Integer> widths) {
    return widths.values().stream().mapToLong(Integer::longValue).sum();
  }

  /** Whether all images are there. */
  boolean isComplete() {
    return parts.stream().mapToInt(Part::count).sum() == images;
  }

  /**
   * Keeps what the next batch gave.
   *
   * @param first its first image
   * @param values of an output by name: [count, numbers of an image], from position 0 on
   */
  void add(int first, int count, Function<String, FloatBuffer> values) {
    Part part = new Part(first, count, new ArrayList<>());
    parts.add(part);
    widths.forEach(
        (output, width) -> {
          FloatBuffer computed = values.apply(output).slice(0, count * width);
          part.values.add(kept(count, width, to -> to.put(computed)));
        });
  }

  /** Fills memory. */
  @FunctionalInterface
  private interface Filling<E extends Exception> {
    void fill(FloatBuffer memory) throws E;
  }

  private <E extends Exception> TensorStore.Stored kept(int count, long width, Filling<E> filling)
      throws E {
    NativeBuffer memory = NativeBuffer.ofFloats(count * width);
    boolean complete = false;
    try {
      filling.fill(memory.floats());
      complete = true;
    } finally {
      if (!complete) {
        memory.close();
      }
    }
    return store.keep(memory);
  }

  /**
   * Opens those of some images: they come in batches of some megabytes.
   *
   * @param begin the first of them
   * @param count how many
   */
  OutputBatches open(int begin, int count) {
    Objects.checkFromIndexSize(begin, count, images);
    int most = (int) Math.max(1, AT_ONCE / Math.max(1, width(widths)));
    return new OutputBatches() {
      @Override
      public int capacity() {
        return most;
      }

      @Override
      public Map<String, FloatBuffer> of(int first, int count) {
        return copies(begin + first, count);
      }

      @Override
      public void close() {}
    };
  }

  private Map<String, FloatBuffer> copies(int first, int count) {
    Map<String, FloatBuffer> copies = new LinkedHashMap<>();
    for (String output : widths.keySet()) {
      int width = requireNonNull(widths.get(output));
      copies.put(output, copy(copies.size(), width, first, count));
    }
    return copies;
  }

  private FloatBuffer copy(int output, int width, int first, int count) {
    FloatBuffer all = FloatBuffer.allocate(Math.multiplyExact(count, width));
    for (Part part : parts) {
      int from = Math.max(first, part.first);
      int shared = Math.min(first + count, part.first + part.count) - from;
      if (shared > 0) {
        try (TensorStore.Reading values = part.values.get(output).read()) {
          all.put(values.floats().slice((from - part.first) * width, shared * width));
        }
      }
    }
    return all.flip();
  }

  void write(DataOutputStream out) throws IOException {
    for (Part part : parts) {
      out.writeInt(part.count);
      for (TensorStore.Stored stored : part.values) {
        try (TensorStore.Reading values = stored.read()) {
          Numbers.write(out, values.floats());
        }
      }
    }
  }

  void read(DataInputStream in) throws IOException {
    for (int first = 0; first < images; ) {
      int count = in.readInt();
      if (count < 1 || count > images - first) {
        throw new IOException("outputs of %d images at %d of %d".formatted(count, first, images));
      }
      Part part = new Part(first, count, new ArrayList<>());
      parts.add(part);
      for (int width : widths.values()) {
        part.values.add(kept(count, width, to -> Numbers.read(in, to)));
      }
      first += count;
    }
  }

  /** Gives everything back. */
  void clear() {
    parts.forEach(part -> part.values.forEach(TensorStore.Stored::free));
    parts.clear();
  }
}
