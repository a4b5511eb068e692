package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The names that the pickle of a state dict needs, and what stands for them here. Tensors are made
 * as descriptions; what else a training script may save beside them (counters, options, numbers of
 * numpy) is passed over. Nothing is ever imported, called or run.
 */
final class TorchObjects implements Unpickler.Constructors {
  private static final Set<String> UNTYPED =
      Set.of("torch.UntypedStorage", "torch.storage.UntypedStorage");

  private static final Set<String> DICTIONARIES =
      Set.of(
          "collections.OrderedDict",
          "collections.defaultdict",
          "collections.Counter",
          "builtins.dict",
          "__builtin__.dict");

  /** Found beside state dicts, as data without any effect; what they hold is not looked at. */
  private static final Set<String> PASSED_OVER =
      Set.of(
          "torch.device",
          "torch.Tensor",
          "torch.nn.parameter.Parameter",
          "torch.serialization._get_layout",
          "builtins.set",
          "__builtin__.set",
          "builtins.frozenset",
          "__builtin__.frozenset",
          "builtins.complex",
          "__builtin__.complex",
          "builtins.bytearray",
          "__builtin__.bytearray",
          "builtins.object",
          "__builtin__.object",
          "argparse.Namespace",
          "copyreg._reconstructor",
          "copy_reg._reconstructor",
          "_codecs.encode",
          "numpy.dtype",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray.scalar");

  private static final Set<String> TENSORS =
      Set.of(
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3",
          "torch._utils._rebuild_parameter",
          "torch._utils._rebuild_parameter_with_state",
          "torch._tensor._rebuild_from_type_v2",
          "torch.Size");

  /** Types that we cannot hold: they may stand in a file, but not as a tensor's. */
  private static final String OTHER_TYPES = "(float|qu?int)[0-9][a-z0-9_]*";

  // One list can be given to many constructors, each of which copies it.
  private static final int MOST_COPIED = 5_000_000;

  private final CheckpointFile file;
  private long copied;

  TorchObjects(CheckpointFile file) {
    this.file = file;
  }

  @Override
  public Object named(String name) {
    if (DICTIONARIES.contains(name) || PASSED_OVER.contains(name) || TENSORS.contains(name)) {
      return new Pickled.Constructor(name);
    }
    if (UNTYPED.contains(name)) {
      return new Pickled.StorageType(Optional.empty());
    }
    String plain = name.startsWith("torch.") ? name.substring("torch.".length()) : "";
    Optional<ElementType> storage = TorchTypes.storage(plain);
    if (storage.isPresent()) {
      return new Pickled.StorageType(storage);
    }
    if (TorchTypes.type(plain).isPresent() || plain.matches(OTHER_TYPES)) {
      return new Pickled.TypeName(plain, TorchTypes.type(plain));
    }
    throw file.refuse(
        "names the Python object "
            + shown(name)
            + ", which a state dict does not need; it was not run. If you trust the file, load it"
            + " in PyTorch and save only the state dict: torch.save(network.state_dict(), ...)");
  }

  /** A name as it may stand in a message: short, and without what a terminal would act on. */
  private static String shown(String name) {
    String printable = name.replaceAll("[^\\x20-\\x7e]", "?");
    return printable.length() > 100 ? printable.substring(0, 100) + "..." : printable;
  }

  @Override
  public Object construct(Object constructor, List<Object> arguments) {
    if (!(constructor instanceof Pickled.Constructor known)) {
      throw file.refuse("has a pickle that calls what is no constructor; it was not run");
    }
    String name = known.name();
    if (DICTIONARIES.contains(name)) {
      return dictionary(name, arguments);
    }
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "_rebuild_tensor", "_rebuild_tensor_v2" -> tensor(name, arguments, Optional.empty());
      case "_rebuild_tensor_v3" -> tensor(name, arguments, Optional.of(6));
      case "_rebuild_parameter", "_rebuild_parameter_with_state" -> inner(name, arguments);
      case "_rebuild_from_type_v2" -> rebuilt(name, arguments);
      case "Size" -> arguments.size() == 1 ? arguments.get(0) : new Pickled.Other(name);
      default -> new Pickled.Other(name);
    };
  }

  /** A dictionary that starts with the pairs of its argument; a defaultdict's is its factory. */
  private Pickled.Dictionary dictionary(String name, List<Object> arguments) {
    Pickled.Dictionary made = new Pickled.Dictionary();
    for (Object argument : arguments) {
      copied += argument instanceof Pickled.Sequence list ? list.items().size() : 0;
      copied += argument instanceof Pickled.Dictionary given ? given.size() : 0;
    }
    if (copied > MOST_COPIED) {
      throw file.refuse("has a pickle that copies its dictionaries again and again");
    }
    for (Object argument : arguments) {
      if (argument instanceof Pickled.Sequence pairs) {
        for (Object item : pairs.items()) {
          if (!(item instanceof Pickled.Sequence pair) || pair.items().size() != 2) {
            throw bad(name);
          }
          made.put(pair.items().get(0), pair.items().get(1));
        }
      } else if (argument instanceof Pickled.Dictionary given) {
        given.named().forEach(made::put);
      }
    }
    return made;
  }

  private Object inner(String name, List<Object> arguments) {
    if (arguments.isEmpty() || !(arguments.get(0) instanceof Pickled.TensorView)) {
      throw bad(name);
    }
    return arguments.get(0);
  }

  /** (function, class, arguments, state): the function has to be one of those above. */
  private Object rebuilt(String name, List<Object> arguments) {
    if (arguments.size() < 3
        || !(arguments.get(0) instanceof Pickled.Constructor inner)
        || inner.name().equals(name)
        || !(arguments.get(2) instanceof Pickled.Sequence given)) {
      throw bad(name);
    }
    return construct(inner, given.items());
  }

  /** (storage, offset, shape, strides, ...), and the type at some place if the storage has none. */
  private Pickled.TensorView tensor(String name, List<Object> arguments, Optional<Integer> typeAt) {
    if (arguments.size() < Math.max(4, typeAt.orElse(0) + 1)
        || !(arguments.get(0) instanceof Pickled.StorageName storage)
        || !(arguments.get(1) instanceof Long offset)) {
      throw bad(name);
    }
    Optional<ElementType> type = storage.type();
    if (typeAt.isPresent() && arguments.get(typeAt.get()) instanceof Pickled.TypeName stated) {
      type = stated.type();
      if (type.isEmpty()) {
        throw file.refuse("holds a tensor of type " + stated.name() + ", which is not supported");
      }
    }
    long[] shape = sizes(name, arguments.get(2));
    long[] strides = sizes(name, arguments.get(3));
    if (type.isEmpty() || shape.length != strides.length || offset < 0) {
      throw bad(name);
    }
    View view = new View(shape, strides, offset);
    long bytes = storage.type().map(ElementType::bytes).orElse(1);
    Optional<Long> end = view.end();
    if (View.count(shape).isEmpty()
        || end.isEmpty()
        || end.get() > storage.count() * bytes / type.get().bytes()) {
      throw file.refuse(
          "holds a tensor %s %s, which does not fit into its storage of %d bytes"
              .formatted(type.get(), view, storage.count() * bytes));
    }
    return new Pickled.TensorView(storage, type.get(), view);
  }

  private long[] sizes(String name, Object list) {
    if (!(list instanceof Pickled.Sequence sequence) || sequence.items().size() > 64) {
      throw bad(name);
    }
    return sequence.items().stream().mapToLong(item -> size(name, item)).toArray();
  }

  private long size(String name, Object item) {
    if (item instanceof Long size && size >= 0) {
      return size;
    }
    throw bad(name);
  }

  /** ("storage", type, key, device, count[, (view's key, offset, count)]). */
  @Override
  public Pickled.StorageName outside(Object id) {
    if (!(id instanceof Pickled.Sequence sequence)
        || sequence.items().size() < 5
        || !"storage".equals(sequence.items().get(0))
        || !(sequence.items().get(1) instanceof Pickled.StorageType type)
        || !(sequence.items().get(2) instanceof String key)
        || !(sequence.items().get(4) instanceof Long count)
        || count < 0
        || count > Long.MAX_VALUE / 16) {
      throw file.refuse("has a pickle that refers to something else than a storage");
    }
    if (sequence.items().size() > 5
        && sequence.items().get(5) instanceof Pickled.Sequence view
        && view.items().size() == 3
        && view.items().get(1) instanceof Long offset
        && view.items().get(2) instanceof Long viewed) {
      if (offset < 0 || viewed < 0 || offset > count - viewed) {
        throw file.refuse("has a view of a storage that lies outside of it");
      }
      return new Pickled.StorageName(key, type.type(), viewed, offset, count);
    }
    return new Pickled.StorageName(key, type.type(), count, 0, count);
  }

  private RuntimeException bad(String name) {
    return file.refuse("has a pickle whose arguments for " + name + " are not as expected");
  }
}
