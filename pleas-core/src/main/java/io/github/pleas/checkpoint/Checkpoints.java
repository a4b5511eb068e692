package io.github.pleas.checkpoint;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens checkpoints of every kind, told apart by what they begin with, not by their names: {@code
 * .safetensors}, the index of several of them, and {@code .pth} or {@code .pt} of {@code
 * torch.save} in its present and its older format.
 */
public final class Checkpoints {
  private static final int HEAD_BYTES = 512;
  private static final String INDEX = ".safetensors.index.json";
  private static final int TAR_AT = 257;

  private Checkpoints() {}

  /** Whether a file is a checkpoint by its beginning; whether it can be read is not said. */
  public static boolean isCheckpoint(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    if (path.toString().endsWith(INDEX)) {
      return true;
    }
    try (CheckpointFile file = CheckpointFile.open(path)) {
      byte[] head = head(file);
      return isZip(head) || isPickle(head) || isSafetensors(head);
    } catch (IOException e) {
      throw new InvalidInputException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether a file is of a kind that can hold several state dicts: one of {@code torch.save}. */
  public static boolean hasEntries(Path path) {
    if (!Files.isRegularFile(path) || path.toString().endsWith(INDEX)) {
      return false;
    }
    try (CheckpointFile file = CheckpointFile.open(path)) {
      byte[] head = head(file);
      return isZip(head) || isPickle(head) && !isSafetensors(head);
    } catch (IOException e) {
      throw new InvalidInputException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Opens a checkpoint. Names, types and shapes are read and checked, values are not. Prefixes that
   * wrappers put before all names ({@code module.}, {@code _orig_mod.}) are removed.
   *
   * @param path the file, or the index of a sharded checkpoint
   * @param entry where in the file the state dict is, such as {@code model_ema}; empty if it holds
   *     only one
   * @throws InvalidInputException if the file is missing, damaged, of another kind, hostile, or
   *     holds no state dict or several; the message says which
   */
  public static StateDict open(Path path, Optional<String> entry) {
    try {
      if (path.toString().endsWith(".json")) {
        requireNoEntry(path, entry);
        return new ShardedReader(path).open();
      }
      CheckpointFile file = CheckpointFile.open(path);
      return Opening.all(
          List.of(file),
          () -> new StoredStateDict(Names.withoutWrappers(read(file, entry)), List.of(file)));
    } catch (IOException e) {
      throw new InvalidInputException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** All files that a checkpoint consists of: itself, and those that an index names. */
  public static List<Path> files(Path path) {
    try {
      return path.toString().endsWith(".json") ? new ShardedReader(path).files() : List.of(path);
    } catch (IOException e) {
      throw new InvalidInputException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Map<String, StoredTensor> read(CheckpointFile file, Optional<String> entry) {
    byte[] head = head(file);
    if (isZip(head)) {
      return new TorchZipReader(file).read(entry);
    }
    if (isSafetensors(head)) {
      requireNoEntry(file.path(), entry);
      return new SafetensorsReader(file).read();
    }
    if (isPickle(head)) {
      return new TorchOldReader(file).read(entry);
    }
    throw file.refuse("is not a checkpoint" + hint(head));
  }

  private static void requireNoEntry(Path path, Optional<String> entry) {
    if (entry.isPresent()) {
      throw new InvalidInputException(
          path
              + " is in the safetensors format, which has no entries to choose from; leave the"
              + " entry \""
              + entry.get()
              + "\" out");
    }
  }

  private static byte[] head(CheckpointFile file) {
    return file.bytes(0, (int) Math.min(HEAD_BYTES, file.size())).array();
  }

  private static boolean isZip(byte[] head) {
    return text(head, 0, 4).equals("PK\003\004");
  }

  private static boolean isPickle(byte[] head) {
    return head.length > 1 && head[0] == (byte) 0x80 && head[1] <= 5;
  }

  private static boolean isSafetensors(byte[] head) {
    // A length below 2^32, and the header; the length alone can look like the start of a pickle.
    return text(head, 4, 5).equals("\0\0\0\0{");
  }

  private static String text(byte[] head, int at, int length) {
    int from = Math.min(at, head.length);
    int to = Math.min(at + length, head.length);
    return new String(head, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static String hint(byte[] head) {
    if (head.length == 0) {
      return ": it is empty";
    }
    if (text(head, TAR_AT, 5).equals("ustar")) {
      return " that can be read: it is a tar archive, as PyTorch wrote before version 0.1.10; load"
          + " it in PyTorch and save it again";
    }
    if (text(head, 0, 23).equals("version https://git-lfs")) {
      return ", but a pointer of Git LFS; get the file itself with git lfs pull";
    }
    if (text(head, 0, 4).equals("GGUF")) {
      return ", but a GGUF file; expected .safetensors, or .pth of torch.save";
    }
    return "; expected .safetensors, or .pth of torch.save";
  }
}
