package io.github.pleas.checkpoint;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what {@code torch.save} writes since PyTorch 1.6: a zip archive with one folder, in which
 * {@code data.pkl} is a pickle that says what the tensors are, {@code data/0}, {@code data/1}, ...
 * are the storages that it refers to, stored as they are, and {@code byteorder} is "little" or
 * "big" (torch/serialization.py).
 */
final class TorchZipReader {
  private static final int MOST_FACT_BYTES = 64;

  private final CheckpointFile file;
  private final ZipDirectory directory;
  private final Map<String, Storage> storages = new HashMap<>();

  TorchZipReader(CheckpointFile file) {
    this.file = file;
    this.directory = ZipDirectory.read(file);
  }

  /**
   * The tensors of the state dict, by name, in order.
   *
   * @param entry as {@link StateDictSearch#find} takes it
   */
  Map<String, StoredTensor> read(Optional<String> entry) {
    String folder = folder();
    ByteOrder order = order(folder);
    Storage pickle = directory.find(folder + "data.pkl", order).orElseThrow();
    PickleInput in = new PickleInput(file, pickle.start(), pickle.start() + pickle.length());
    Object root = new Unpickler(in, new TorchObjects(file)).read();
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    new StateDictSearch(file)
        .find(root, entry)
        .forEach((name, view) -> tensors.put(name, stored(folder, order, name, view)));
    return tensors;
  }

  private String folder() {
    List<String> pickles =
        directory.names().stream().filter(name -> name.matches("[^/]+/data\\.pkl")).toList();
    if (pickles.size() != 1) {
      throw file.refuse(
          pickles.isEmpty()
              ? "is a zip archive, but not of a network: torch.save writes data.pkl into a folder, which is missing. Expected an ONNX model or a checkpoint"
              : "has several data.pkl: " + String.join(", ", pickles));
    }
    String folder = pickles.get(0).substring(0, pickles.get(0).length() - "data.pkl".length());
    if (directory.names().contains(folder + "constants.pkl")) {
      throw file.refuse(
          "is a TorchScript archive, which holds a program; load it in PyTorch by torch.jit.load and"
              + " save its state_dict()");
    }
    return folder;
  }

  private ByteOrder order(String folder) {
    Optional<Storage> stated = directory.find(folder + "byteorder", ByteOrder.LITTLE_ENDIAN);
    if (stated.isEmpty()) {
      return ByteOrder.LITTLE_ENDIAN; // not written before PyTorch 2.1
    }
    int length = (int) Math.min(MOST_FACT_BYTES, stated.get().length());
    String order =
        StandardCharsets.US_ASCII.decode(file.bytes(stated.get().start(), length)).toString();
    return switch (order.strip()) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw file.refuse("has the byte order \"" + order + "\", expected little or big");
    };
  }

  private StoredTensor stored(
      String folder, ByteOrder order, String name, Pickled.TensorView tensor) {
    Pickled.StorageName wanted = tensor.storage();
    String entry = folder + "data/" + wanted.key();
    Storage storage = storages.get(entry);
    if (storage == null) {
      storage =
          directory
              .find(entry, order)
              .orElseThrow(
                  () ->
                      file.refuse(
                          "has no "
                              + entry
                              + ", which holds tensor \""
                              + name
                              + "\"; it is damaged"));
      storages.put(entry, storage);
    }
    return StorageNames.placed(file, name, tensor, storage);
  }
}
