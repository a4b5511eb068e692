package io.github.pleas.merge;

import io.github.pleas.eval.OriginalOutputs;
import io.github.pleas.journal.Numbers;
import io.github.pleas.matching.Activations;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
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

/** All outputs of one original on its own images, in the batches in which they came. */
final class KeptOriginal {
  private final Network original;
  private final int begin;
  private final int end;
  private final TensorStore store;
  private final List<String> outputs;
  private final List<Part> parts = new ArrayList<>();

  /**
   * What a batch gave.
   *
   * @param first its first image, of the original's own
   * @param count how many images
   * @param values of each output [count, numbers of an image], in their order
   */
  private record Part(int first, int count, List<TensorStore.Stored> values) {}

  /**
   * Nothing yet.
   *
   * @param begin the first of its images among all of the pass
   * @param end behind the last of them
   */
  KeptOriginal(Network original, int begin, int end, TensorStore store) {
    this.original = original;
    this.begin = begin;
    this.end = end;
    this.store = store;
    this.outputs = original.graph().outputs().stream().map(ValueInfo::name).distinct().toList();
  }

  List<String> outputs() {
    return outputs;
  }

  /** Whether a pass hands all of its outputs out. */
  boolean isComputed() {
    return outputs.stream()
        .allMatch(
            output ->
                original.isFloat(output)
                    && !original.isConstant(output)
                    && !original.inputNames().contains(output));
  }

  /** What they will take, on all images. */
  long bytes() {
    return outputs.stream().mapToLong(this::width).sum() * (end - begin) * Float.BYTES;
  }

  private long width(String output) {
    return original.shape(output).elementsPerImage();
  }

  /** Keeps what a batch of the pass gave on own images. */
  void observe(int first, int count, Activations values) {
    int from = Math.max(first, begin);
    int own = Math.min(first + count, end) - from;
    if (own > 0) {
      Part part = new Part(from - begin, own, new ArrayList<>());
      parts.add(part);
      for (String output : outputs) {
        int width = Math.toIntExact(width(output));
        FloatBuffer computed = values.whole(output).slice((from - first) * width, own * width);
        part.values.add(kept(own, width, to -> to.put(computed)));
      }
    }
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
   * Opens them.
   *
   * @param images how many the original's own are thought to be
   * @throws IllegalArgumentException if they are not so many
   */
  OriginalOutputs.Batches open(int images) {
    if (images != end - begin) {
      throw new IllegalArgumentException(
          "outputs on %d images were kept, asked for are %d".formatted(end - begin, images));
    }
    return new OriginalOutputs.Batches() {
      @Override
      public int capacity() {
        return Integer.MAX_VALUE;
      }

      @Override
      public Map<String, FloatBuffer> of(int first, int count) {
        Map<String, FloatBuffer> values = new LinkedHashMap<>();
        for (int k = 0; k < outputs.size(); k++) {
          values.put(outputs.get(k), copy(k, first, count));
        }
        return values;
      }

      @Override
      public void close() {}
    };
  }

  private FloatBuffer copy(int output, int first, int count) {
    int width = Math.toIntExact(width(outputs.get(output)));
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
    for (int first = 0; first < end - begin; ) {
      int count = in.readInt();
      if (count < 1 || count > end - begin - first) {
        throw new IOException(
            "outputs of %d images at %d of %d".formatted(count, first, end - begin));
      }
      Part part = new Part(first, count, new ArrayList<>());
      parts.add(part);
      for (String output : outputs) {
        part.values.add(kept(count, width(output), to -> Numbers.read(in, to)));
      }
      first += count;
    }
  }

  void clear() {
    parts.forEach(part -> part.values.forEach(TensorStore.Stored::free));
    parts.clear();
  }
}
