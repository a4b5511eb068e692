package io.github.pleas.checkpoint;

import java.nio.ByteOrder;

/**
 * A run of bytes in a file, in which tensors lie. Two tensors with equal storages share memory.
 *
 * @param file the file; storages of two opened files are never equal
 * @param start its first byte
 * @param length its bytes, all within the file
 * @param order how the bytes of an element are ordered
 */
record Storage(CheckpointFile file, long start, long length, ByteOrder order) {
  Storage {
    if (start < 0 || length < 0 || start > file.size() - length) {
      throw new IllegalArgumentException(length + " bytes at " + start + " are not in the file");
    }
  }
}
