package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/** One array of an npz file, read a slice along its first dimension at a time. */
final class NpyStream implements AutoCloseable {
  /** Deflate expands at most 1032 times. */
  private static final long MAX_EXPANSION = 1032;

  private static final int BUFFER = 1 << 16;

  private final String name;
  private final SourceFile entry;
  private final CheckedInputStream checked;
  private final DataInputStream in;
  private final NpyHeader header;
  private final int sliceBytes;

  private NpyStream(
      String name, SourceFile entry, CheckedInputStream checked, DataInputStream in, Path path)
      throws IOException {
    this.name = name;
    this.entry = entry;
    this.checked = checked;
    this.in = in;
    this.header = NpyHeader.read(in);
    this.sliceBytes = sliceBytes(header, Files.size(path));
  }

  /**
   * Opens an array.
   *
   * @param name how messages name it
   * @throws InvalidInputException if it cannot be read or declares more than the file can hold
   */
  static NpyStream open(ZipSource zip, SourceFile entry, Path path, String name) {
    try {
      CheckedInputStream checked =
          new CheckedInputStream(new BufferedInputStream(zip.stream(entry), BUFFER), new CRC32());
      return new NpyStream(name, entry, checked, new DataInputStream(checked), path);
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  private static int sliceBytes(NpyHeader header, long fileBytes) throws IOException {
    int[] shape = header.shape();
    if (shape.length == 0 || Arrays.stream(shape).anyMatch(d -> d == 0)) {
      throw new IOException("its shape is " + Arrays.toString(shape) + ", it has no elements");
    }
    long most = MAX_EXPANSION * fileBytes;
    long slice = header.type().bytes();
    for (int i = 1; i < shape.length; i++) {
      slice *= shape[i]; // no overflow: both factors are below 2^31 or refused
      if (slice > most || slice > Integer.MAX_VALUE / 2) {
        throw new IOException(
            "its shape is " + Arrays.toString(shape) + ", more than the file can hold");
      }
    }
    if (slice * shape[0] > most) {
      throw new IOException(
          "its shape is " + Arrays.toString(shape) + ", more than the file can hold");
    }
    return (int) slice;
  }

  private static InvalidInputException failure(String name, IOException e) {
    return new InvalidInputException("cannot read array " + name + ": " + Text.reason(e), e);
  }

  /** A failure of this array, with a reason. */
  InvalidInputException failure(String reason) {
    return failure(name, new IOException(reason));
  }

  String name() {
    return name;
  }

  NpyHeader header() {
    return header;
  }

  /** Bytes of a slice along the first dimension. */
  int sliceBytes() {
    return sliceBytes;
  }

  /**
   * Reads the next slice.
   *
   * @param index its index, for messages
   * @throws InvalidInputException if the array ends before
   */
  byte[] next(int index) {
    try {
      byte[] bytes = in.readNBytes(sliceBytes); // grows as it reads: the length is the file's word
      if (bytes.length < sliceBytes) {
        throw new IOException(
            "it declares "
                + Arrays.toString(header.shape())
                + " but ends inside slice "
                + index
                + "; the file is cut off");
      }
      return bytes;
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  /**
   * Checks that all was read and read right.
   *
   * @throws InvalidInputException if more follows or the checksum differs
   */
  void finish() {
    try {
      if (in.read() >= 0) {
        throw new IOException(
            "it declares " + Arrays.toString(header.shape()) + " but more bytes follow");
      }
      if (checked.getChecksum().getValue() != entry.stamp()) {
        throw new IOException("its checksum is not the one in the file; the file is damaged");
      }
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw failure(name, e);
    }
  }
}
