package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code .safetensors}: eight bytes, little-endian, with the length of a JSON header; the
 * header, {@code {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}}; and
 * the data, row-major and little-endian, in which the tensors stand one after the other without a
 * gap (huggingface/safetensors, "Format"). All of this is checked here, before a value is read.
 */
final class SafetensorsReader {
  /** What the header says of the file as a whole stands under this name, beside the tensors. */
  static final String METADATA = "__metadata__";

  private final CheckpointFile file;

  SafetensorsReader(CheckpointFile file) {
    this.file = file;
  }

  private record Stated(ElementType type, long[] shape, long begin, long end) {}

  /**
   * The tensors, by name, in the order of the header.
   *
   * @throws io.github.pleas.InvalidInputException if the file is damaged or hostile, or has a type
   *     that we cannot hold
   */
  Map<String, StoredTensor> read() {
    long length = file.bytes(0, Long.BYTES).getLong();
    if (length < 0 || length > JsonHeader.MOST_BYTES) {
      throw file.refuse(
          "has a header of "
              + Long.toUnsignedString(length)
              + " bytes, more than the 100,000,000 of the format: it is damaged, or no safetensors");
    }
    long start = Long.BYTES + length;
    if (start > file.size()) {
      throw file.refuse(
          "is cut off inside its header, which has " + length + " bytes; get the file again");
    }
    Map<String, Stated> stated = new LinkedHashMap<>();
    try (JsonHeader header = new JsonHeader(file, file.stream(Long.BYTES, length))) {
      header.document(
          name -> {
            if (name.equals(METADATA)) {
              header.object(METADATA, key -> header.text(METADATA + " \"" + key + "\""));
            } else {
              stated.put(name, tensor(header, "tensor \"" + name + "\""));
            }
          });
    } catch (IOException e) {
      throw JsonHeader.refused(file, e);
    }
    checkOffsets(stated, file.size() - start);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    stated.forEach((name, found) -> tensors.put(name, stored(found, start)));
    return tensors;
  }

  private StoredTensor stored(Stated stated, long start) {
    return new StoredTensor(
        stated.type(),
        View.rowMajor(stated.shape()),
        new Storage(
            file, start + stated.begin(), stated.end() - stated.begin(), ByteOrder.LITTLE_ENDIAN));
  }

  private Stated tensor(JsonHeader header, String what) throws IOException {
    List<String> types = new ArrayList<>();
    List<long[]> shapes = new ArrayList<>();
    List<long[]> offsets = new ArrayList<>();
    header.object(
        what,
        key -> {
          switch (key) {
            case "dtype" -> types.add(header.text("the dtype of " + what));
            case "shape" -> shapes.add(header.sizes("the shape of " + what));
            case "data_offsets" -> offsets.add(header.sizes("the data_offsets of " + what));
            default -> header.skip();
          }
        });
    if (types.isEmpty() || shapes.isEmpty() || offsets.isEmpty()) {
      throw file.refuse(what + " lacks its dtype, shape or data_offsets");
    }
    long[] ends = offsets.get(0);
    if (ends.length != 2 || ends[0] > ends[1]) {
      throw file.refuse(what + " has data_offsets that are no begin and end");
    }
    ElementType type =
        SafetensorsType.find(types.get(0))
            .orElseThrow(
                () -> file.refuse(what + " has type " + types.get(0) + ", which is not supported"));
    Optional<Long> count = View.count(shapes.get(0));
    Stated stated = new Stated(type, shapes.get(0), ends[0], ends[1]);
    if (count.isEmpty()
        || count.get() > Long.MAX_VALUE / type.bytes()
        || count.get() * type.bytes() != ends[1] - ends[0]) {
      throw file.refuse(
          what
              + " has "
              + (ends[1] - ends[0])
              + " bytes, which is not what "
              + types.get(0)
              + Arrays.toString(shapes.get(0))
              + " needs");
    }
    return stated;
  }

  /** The format has no gaps and no overlaps: what it does not show cannot be hidden in it. */
  private void checkOffsets(Map<String, Stated> stated, long data) {
    List<Map.Entry<String, Stated>> ordered = new ArrayList<>(stated.entrySet());
    ordered.sort(
        Comparator.<Map.Entry<String, Stated>>comparingLong(e -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long end = 0;
    for (Map.Entry<String, Stated> next : ordered) {
      if (next.getValue().begin() != end) {
        throw file.refuse(
            "tensor \""
                + next.getKey()
                + "\" begins at byte "
                + next.getValue().begin()
                + " of the data, and the one before it ends at "
                + end
                + "; the format has neither gaps nor overlaps");
      }
      end = next.getValue().end();
    }
    if (end > data) {
      throw file.refuse(
          "is cut off: its tensors have "
              + end
              + " bytes, and "
              + data
              + " are there; get it again");
    }
    if (end < data) {
      throw file.refuse(
          "has " + (data - end) + " bytes behind its last tensor, where the format has none");
    }
  }
}
