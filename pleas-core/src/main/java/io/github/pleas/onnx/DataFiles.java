package io.github.pleas.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files that a model's tensors lie in, found without reading the tensors: the file is gone
 * through as a stream of protobuf fields (numbers from onnx.proto), and what holds no names of
 * files is skipped.
 */
final class DataFiles {
  /** Graphs lie in attributes of nodes of graphs; exporters nest them a few times. */
  private static final int DEEPEST = 64;

  /** Messages, and of each the fields that lead to tensors. */
  private enum Message {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE,
    TENSOR,
    ENTRY;

    Map<Integer, Message> inner() {
      return switch (this) {
        case MODEL -> Map.of(7, GRAPH);
        case GRAPH -> Map.of(1, NODE, 5, TENSOR, 15, SPARSE);
        case NODE -> Map.of(5, ATTRIBUTE);
        case ATTRIBUTE ->
            Map.of(5, TENSOR, 6, GRAPH, 10, TENSOR, 11, GRAPH, 22, SPARSE, 23, SPARSE);
        case SPARSE -> Map.of(1, TENSOR, 2, TENSOR);
        case TENSOR -> Map.of(13, ENTRY);
        case ENTRY -> Map.of();
      };
    }
  }

  private final CodedInputStream in;
  private final Set<String> locations = new LinkedHashSet<>();

  private DataFiles(InputStream stream) {
    this.in = CodedInputStream.newInstance(stream);
    in.setSizeLimit(Integer.MAX_VALUE);
  }

  /**
   * The files beside a model that its tensors name and that are there, in the order of their first
   * use. Of a damaged model those that it names up to the damage: reading it says what is wrong.
   *
   * @throws InvalidInputException if the file cannot be read
   */
  static List<Path> of(Path model) {
    try (InputStream stream = Files.newInputStream(model)) {
      DataFiles files = new DataFiles(stream);
      try {
        files.read(Message.MODEL, 0);
      } catch (InvalidProtocolBufferException damaged) {
        // OnnxReader refuses the model, and can say more of what is wrong than this.
      }
      return files.beside(model);
    } catch (IOException e) {
      throw new InvalidInputException(model + " cannot be read: " + e.getMessage(), e);
    }
  }

  private List<Path> beside(Path model) {
    Path absolute = model.toAbsolutePath();
    List<Path> files = new ArrayList<>();
    for (String location : locations) {
      try {
        Path file = absolute.resolveSibling(location).normalize();
        if (Files.isRegularFile(file) && !files.contains(file)) {
          files.add(file);
        }
      } catch (InvalidPathException e) {
        // No file has such a name, so it is none of the model's; OnnxReader refuses it.
      }
    }
    return files;
  }

  private void read(Message message, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new InvalidProtocolBufferException("messages nested too deep");
    }
    Map<Integer, Message> inner = message.inner();
    String key = "";
    String value = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      Message next = inner.get(field);
      boolean bytes = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (next != null && bytes) {
        int outer = in.pushLimit(in.readRawVarint32());
        read(next, depth + 1);
        in.checkLastTagWas(0);
        in.popLimit(outer);
      } else if (message == Message.ENTRY && bytes && field <= 2) {
        String text = new String(in.readByteArray(), StandardCharsets.UTF_8);
        key = field == 1 ? text : key;
        value = field == 2 ? text : value;
      } else {
        in.skipField(tag);
      }
    }
    if (key.equals("location")) {
      locations.add(value);
    }
  }
}
