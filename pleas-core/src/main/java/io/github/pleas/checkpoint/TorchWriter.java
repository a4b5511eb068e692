package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes what {@code torch.save} of a state dict writes: see {@link TorchZipReader}. PyTorch loads
 * it with {@code weights_only=True}. Tied tensors share their storage, as they did. Every storage
 * is asked for once, when it is its turn.
 */
final class TorchWriter {
  private static final String FOLDER = "archive/";

  private final StateDict dict;
  private final Map<String, String> firstName = new HashMap<>();

  TorchWriter(StateDict dict) {
    this.dict = dict;
    for (List<String> same : dict.aliases()) {
      same.forEach(name -> firstName.put(name, same.get(0)));
    }
  }

  /** Writes the file; the stream stays open. */
  void writeTo(OutputStream out) throws IOException {
    Map<String, Integer> keys = new HashMap<>();
    for (StateDict.Entry entry : dict.entries()) {
      keys.putIfAbsent(first(entry), keys.size());
    }
    ZipOutput zip = new ZipOutput(out);
    zip.entry(FOLDER + "data.pkl", pickle(keys));
    zip.entry(FOLDER + "byteorder", ascii("little"));
    long hash = 0;
    for (StateDict.Entry entry : dict.entries()) {
      hash = 31 * hash + entry.hashCode();
      if (first(entry).equals(entry.name())) {
        long bytes = View.rowMajor(entry.shape()).count() * entry.type().bytes();
        String name = FOLDER + "data/" + keys.get(entry.name());
        zip.entry(name, bytes, dict.open(entry.name()));
      }
    }
    zip.entry(FOLDER + "version", ascii("3\n"));
    // PyTorch tells files apart by it: forty digits, of the names and of the checksums.
    String identity = "%020d%020d".formatted(hash >>> 1, zip.checksums());
    zip.entry(FOLDER + ".data/serialization_id", ascii(identity));
    zip.finish();
  }

  private String first(StateDict.Entry entry) {
    return firstName.getOrDefault(entry.name(), entry.name());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] pickle(Map<String, Integer> keys) {
    PickleOutput out = new PickleOutput();
    emptyOrderedDict(out).opcode('(');
    for (StateDict.Entry entry : dict.entries()) {
      out.text(entry.name());
      tensor(out, entry, String.valueOf(keys.get(first(entry))));
    }
    return out.opcode('u').end();
  }

  private static PickleOutput emptyOrderedDict(PickleOutput out) {
    return out.named("collections", "OrderedDict").opcode(')').opcode('R');
  }

  /**
   * A call of {@code _rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict())}.
   */
  private static void tensor(PickleOutput out, StateDict.Entry entry, String key) {
    ElementType type = entry.type();
    View view = View.rowMajor(entry.shape());
    Optional<String> storage = TorchTypes.storageName(type);
    // A type without a class of storages is told by itself, as the last argument of another one.
    out.named("torch._utils", storage.isPresent() ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
    out.opcode('(').opcode('(').text("storage");
    if (storage.isPresent()) {
      out.named("torch", storage.get());
    } else {
      out.named("torch.storage", "UntypedStorage");
    }
    out.text(key).text("cpu").number(view.count() * (storage.isPresent() ? 1 : type.bytes()));
    out.opcode('t').opcode('Q').number(0).tuple(view.shape()).tuple(view.strides()).opcode(0x89);
    emptyOrderedDict(out);
    if (storage.isEmpty()) {
      out.named("torch", TorchTypes.typeName(type).orElseThrow());
    }
    out.opcode('t').opcode('R');
  }
}
