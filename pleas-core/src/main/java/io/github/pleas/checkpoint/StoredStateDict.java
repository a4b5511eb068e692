package io.github.pleas.checkpoint;

import io.github.pleas.onnx.Tensor;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tensors in files that are open as long as this is. */
final class StoredStateDict implements StateDict {
  /**
   * Tensors may share their elements, and views repeat them: a tied weight twice, a buffer a
   * thousand times. Beyond so many times of all that is stored, and so many bytes, a small file
   * would fill memory and disks.
   */
  private static final long MOST_SHARED = 16;

  private static final long ALWAYS_BYTES = 256L << 20;
  private final Map<String, StoredTensor> tensors;
  private final List<Entry> entries;
  private final List<? extends Closeable> files;

  /**
   * The state dict of some tensors.
   *
   * @param tensors by name, in order
   * @param files what to close with this
   * @throws io.github.pleas.InvalidInputException if the tensors together repeat what is stored
   *     more often than any state dict does
   */
  StoredStateDict(Map<String, StoredTensor> tensors, List<? extends Closeable> files) {
    requireBounded(tensors.values());
    this.tensors = new LinkedHashMap<>(tensors);
    this.entries =
        tensors.entrySet().stream()
            .map(e -> new Entry(e.getKey(), e.getValue().type(), e.getValue().view().shape()))
            .toList();
    this.files = List.copyOf(files);
  }

  private static void requireBounded(Collection<StoredTensor> tensors) {
    Set<Storage> storages = new HashSet<>();
    long stored = 0;
    double all = 0;
    for (StoredTensor tensor : tensors) {
      if (storages.add(tensor.storage())) {
        stored += tensor.storage().length();
      }
      all += (double) tensor.view().count() * tensor.type().bytes();
    }
    if (all > Math.max(ALWAYS_BYTES, MOST_SHARED * (double) stored)) {
      throw storages
          .iterator()
          .next()
          .file()
          .refuse(
              "holds %d tensors of %.1f GB together, of which only %.1f GB are stored; save it without views that repeat it"
                  .formatted(tensors.size(), all / 1e9, stored / 1e9));
    }
  }

  @Override
  public List<Entry> entries() {
    return entries;
  }

  @Override
  public Tensor read(String name) {
    return tensor(name).read(what(name));
  }

  @Override
  public InputStream open(String name) {
    return tensor(name).open(what(name));
  }

  @Override
  public List<List<String>> aliases() {
    Map<StoredTensor, List<String>> names = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (tensor.view().count() > 0) { // of nothing, any two are the same
            StoredTensor key =
                new StoredTensor(tensor.type(), tensor.view().normalised(), tensor.storage());
            names.computeIfAbsent(key, any -> new ArrayList<>()).add(name);
          }
        });
    return names.values().stream().filter(all -> all.size() > 1).map(List::copyOf).toList();
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("there is no tensor \"" + name + "\"");
    }
    return tensor;
  }

  private static String what(String name) {
    return "tensor \"" + name + "\"";
  }

  @Override
  public void close() throws IOException {
    for (Closeable file : files) {
      file.close();
    }
  }
}
