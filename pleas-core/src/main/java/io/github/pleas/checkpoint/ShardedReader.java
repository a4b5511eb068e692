package io.github.pleas.checkpoint;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads a checkpoint that is spread over several {@code .safetensors} files, from the index beside
 * them: {@code {"weight_map": {"name": "model-00001-of-00002.safetensors", ...}}}.
 */
final class ShardedReader {
  // A name without any part of a path: nothing outside of the index's own folder can be named. What
  // the folder itself links to is its owner's will; caches of downloaded models consist of links.
  private static final Pattern PLAIN_NAME = Pattern.compile("[^/\\\\:\0]+\\.safetensors");

  private final Path path;

  ShardedReader(Path path) {
    this.path = path;
  }

  /**
   * Opens all shards.
   *
   * @throws InvalidInputException if the index is damaged or names a file outside of its folder, or
   *     if a shard lacks a tensor or cannot be read
   */
  StateDict open() throws IOException {
    Map<String, String> shardOf = index();
    Map<String, Map<String, StoredTensor>> shards = new LinkedHashMap<>();
    List<CheckpointFile> files = new ArrayList<>();
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    return Opening.all(
        files,
        () -> {
          for (Map.Entry<String, String> wanted : shardOf.entrySet()) {
            Map<String, StoredTensor> shard = shards.get(wanted.getValue());
            if (shard == null) {
              CheckpointFile file = CheckpointFile.open(beside(wanted.getValue()));
              files.add(file);
              shard = new SafetensorsReader(file).read();
              shards.put(wanted.getValue(), shard);
            }
            StoredTensor tensor = shard.get(wanted.getKey());
            if (tensor == null) {
              throw new InvalidInputException(
                  path
                      + ": tensor \""
                      + wanted.getKey()
                      + "\" should be in "
                      + wanted.getValue()
                      + ", and is not; the files are not of one checkpoint");
            }
            tensors.put(wanted.getKey(), tensor);
          }
          return new StoredStateDict(Names.withoutWrappers(tensors), files);
        });
  }

  /** The index and the shards that it names. */
  List<Path> files() throws IOException {
    return Stream.concat(Stream.of(path), index().values().stream().distinct().map(this::beside))
        .toList();
  }

  private Map<String, String> index() throws IOException {
    Map<String, String> shardOf = new LinkedHashMap<>();
    try (CheckpointFile file = CheckpointFile.open(path)) {
      if (file.size() > JsonHeader.MOST_BYTES) {
        throw file.refuse("has " + file.size() + " bytes, too many for an index of shards");
      }
      try (JsonHeader json = new JsonHeader(file, file.stream(0, file.size()))) {
        json.document(
            key -> {
              if (key.equals("weight_map")) {
                json.object(key, name -> shardOf.put(name, json.text("the file of " + name)));
              } else {
                json.skip();
              }
            });
      } catch (IOException e) {
        throw JsonHeader.refused(file, e);
      }
      if (shardOf.isEmpty()) {
        throw file.refuse("has no weight_map: it is not the index of a sharded checkpoint");
      }
      for (String shard : shardOf.values()) {
        if (!PLAIN_NAME.matcher(shard).matches()) {
          throw file.refuse(
              "names the file \"" + shard + "\", expected a .safetensors file beside the index");
        }
      }
    }
    return shardOf;
  }

  private Path beside(String shard) {
    Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file has a folder");
    try {
      return folder.resolve(shard);
    } catch (InvalidPathException e) {
      throw new InvalidInputException(path + " names a file that this system cannot name", e);
    }
  }
}
