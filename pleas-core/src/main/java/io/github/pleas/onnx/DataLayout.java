package io.github.pleas.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which initializers of a graph lie in another file, and where in it. Large tensors begin at
 * multiples of a page, so that a runtime can map them, as ONNX's own writer has it; others at
 * multiples of what any element needs.
 *
 * @param location the other file's name, relative to the model's folder
 * @param places by initializer, in the order of the file
 */
record DataLayout(String location, Map<String, Place> places) {
  /** All tensors in the model's own file. */
  static final DataLayout NONE = new DataLayout("", Map.of());

  /** Smaller tensors stay in the model: ONNX's own writer has the same limit. */
  static final int LEAST_BYTES = 1024;

  private static final int LARGE_BYTES = 1 << 20;
  private static final int PAGE = 4096;
  private static final int ALIGNMENT = 64;

  /**
   * A stretch of the file.
   *
   * @param offset its first byte
   * @param bytes how many
   */
  record Place(long offset, long bytes) {}

  /** All tensors that are not small and that are wanted, one after another. */
  static DataLayout of(Graph graph, String location, Predicate<Tensor> wanted) {
    Map<String, Place> places = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, Tensor> entry : graph.initializers().entrySet()) {
      long bytes = bytes(entry.getValue());
      if (bytes >= LEAST_BYTES && wanted.test(entry.getValue())) {
        int unit = bytes >= LARGE_BYTES ? PAGE : ALIGNMENT;
        long offset = (end + unit - 1) / unit * unit;
        places.put(entry.getKey(), new Place(offset, bytes));
        end = offset + bytes;
      }
    }
    return new DataLayout(location, places);
  }

  static long bytes(Tensor tensor) {
    return (long) tensor.size() * tensor.type().bytes();
  }

  DataLayout at(String otherLocation) {
    return new DataLayout(otherLocation, places);
  }

  Optional<Place> find(String initializer) {
    return Optional.ofNullable(places.get(initializer));
  }

  /**
   * Writes the other file, tensor by tensor.
   *
   * @throws IOException if the stream refuses
   */
  void write(Graph graph, OutputStream out) throws IOException {
    long end = 0;
    for (Map.Entry<String, Place> entry : places.entrySet()) {
      Place place = entry.getValue();
      out.write(new byte[(int) (place.offset() - end)]);
      Tensor tensor = graph.initializers().get(entry.getKey());
      if (tensor == null) {
        throw new IllegalArgumentException("no initializer \"" + entry.getKey() + "\"");
      }
      tensor.writeTo(out);
      end = place.offset() + place.bytes();
    }
  }
}
