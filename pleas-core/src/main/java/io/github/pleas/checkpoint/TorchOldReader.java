package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what {@code torch.save} wrote before PyTorch 1.6, and still does when asked to: five
 * pickles one after the other (a magic number, the format's version, facts about the system, the
 * object, the list of its storages' keys), then each storage in the order of that list, as its
 * number of elements in eight bytes and the elements (torch/serialization.py, {@code
 * _legacy_save}).
 */
final class TorchOldReader {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long VERSION = 1001;

  private final CheckpointFile file;
  private long position;

  TorchOldReader(CheckpointFile file) {
    this.file = file;
  }

  /**
   * The tensors of the state dict, by name, in order.
   *
   * @param entry as {@link StateDictSearch#find} takes it
   */
  Map<String, StoredTensor> read(Optional<String> entry) {
    Widths widths = new Widths(file);
    if (!MAGIC.equals(pickle(widths))) {
      throw file.refuse(
          "is a plain pickle, not a checkpoint of torch.save; save the state dict by torch.save");
    }
    if (!Long.valueOf(VERSION).equals(pickle(widths))) {
      throw file.refuse("has another version of the old format than " + VERSION);
    }
    ByteOrder order = order(pickle(widths));
    Object root = pickle(widths);
    Map<String, Storage> storages = storages(pickle(widths), widths, order);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    new StateDictSearch(file)
        .find(root, entry)
        .forEach(
            (name, view) -> {
              Storage storage = storages.get(view.storage().key());
              if (storage == null) {
                throw file.refuse("has no storage for tensor \"" + name + "\"; it is damaged");
              }
              tensors.put(name, StorageNames.placed(file, name, view, storage));
            });
    return tensors;
  }

  private Object pickle(Widths widths) {
    PickleInput in = new PickleInput(file, position, file.size());
    Object read = new Unpickler(in, widths).read();
    position = in.position();
    return read;
  }

  private ByteOrder order(Object system) {
    if (!(system instanceof Pickled.Dictionary facts)
        || !(facts.named().get("little_endian") instanceof Boolean little)) {
      throw file.refuse("does not say how its bytes are ordered; it is damaged");
    }
    return little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  private Map<String, Storage> storages(Object keys, Widths widths, ByteOrder order) {
    if (!(keys instanceof Pickled.Sequence list)) {
      throw file.refuse("has no list of its storages; it is damaged");
    }
    Map<String, Storage> storages = new HashMap<>();
    for (Object item : list.items()) {
      Integer width = item instanceof String key ? widths.ofKey.get(key) : null;
      if (width == null) {
        throw file.refuse("has a storage that its pickle does not name; it is damaged");
      }
      long count = file.bytes(position, Long.BYTES).getLong();
      position += Long.BYTES;
      if (count < 0 || count > (file.size() - position) / width) {
        throw file.refuse(
            "is cut off: a storage of "
                + Long.toUnsignedString(count)
                + " elements should follow byte "
                + position
                + ", and the file has "
                + file.size()
                + " bytes; get it again");
      }
      storages.put((String) item, new Storage(file, position, count * width, order));
      position += count * width;
    }
    return storages;
  }

  /** Notes how wide the elements of each storage are: the storages themselves do not tell. */
  private static final class Widths implements Unpickler.Constructors {
    private final TorchObjects objects;
    private final Map<String, Integer> ofKey = new HashMap<>();

    Widths(CheckpointFile file) {
      objects = new TorchObjects(file);
    }

    @Override
    public Object named(String name) {
      return objects.named(name);
    }

    @Override
    public Object construct(Object constructor, List<Object> arguments) {
      return objects.construct(constructor, arguments);
    }

    @Override
    public Object outside(Object id) {
      Pickled.StorageName named = objects.outside(id);
      ofKey.put(named.key(), named.type().map(ElementType::bytes).orElse(1));
      return named;
    }
  }
}
