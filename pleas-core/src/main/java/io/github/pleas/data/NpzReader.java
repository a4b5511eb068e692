package io.github.pleas.data;

import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads images and labels out of an npz file: a zip of NumPy arrays. */
final class NpzReader {
  private static final int MAX_CLASSES = 1_000_000;
  private static final int OBJECT_BYTES = 24; // what the JVM adds to each image's array
  private static final List<String> TRAIN = List.of("train");
  private static final List<String> TEST = List.of("test", "val", "valid", "validation");

  private final ZipSource zip;
  private final Path path;

  private NpzReader(ZipSource zip, Path path) {
    this.zip = zip;
    this.path = path;
  }

  /**
   * Reads a split.
   *
   * @throws InvalidInputException if the arrays are missing, broken, of other shapes or types, or
   *     out of range
   */
  static Dataset read(ZipSource zip, Path path, Split split) {
    return new NpzReader(zip, path).read(split);
  }

  private Dataset read(Split split) {
    Optional<String> train = suffix(TRAIN);
    Optional<String> test = suffix(TEST);
    boolean whole = find("x").isPresent();
    if (whole && (train.isPresent() || test.isPresent())) {
      throw new InvalidInputException(
          path
              + " holds both x and x_"
              + train.or(() -> test).orElseThrow()
              + "; keep either x or the split arrays");
    }
    if (!whole && train.isEmpty() && test.isEmpty()) {
      String found =
          zip.files().stream().map(SourceFile::path).limit(8).collect(Collectors.joining(", "));
      throw new InvalidInputException(
          path
              + " holds no images; expected an array x, or x_train and x_test, found "
              + (found.isEmpty() ? "nothing" : found));
    }
    Optional<String> wanted = split == Split.TRAIN ? train.or(() -> test) : test.or(() -> train);
    String suffix = wanted.map(name -> "_" + name).orElse("");
    SourceFile images = find("x" + suffix).orElseThrow();
    Optional<int[]> labels = find("y" + suffix).map(this::labels);
    int classes = labels.map(NpzReader::classCount).orElse(0);
    if (labels.isPresent() && train.isPresent() && test.isPresent()) {
      String other = "y_" + (wanted.equals(train) ? test : train).orElseThrow();
      classes =
          Math.max(classes, find(other).map(this::labels).map(NpzReader::classCount).orElse(0));
    }
    String name = zip.name() + wanted.map(found -> " (" + found + ")").orElse("");
    return images(images, name, labels, classes);
  }

  private Optional<String> suffix(List<String> names) {
    return names.stream().filter(name -> find("x_" + name).isPresent()).findFirst();
  }

  private Optional<SourceFile> find(String array) {
    return zip.files().stream().filter(file -> file.path().equals(array + ".npy")).findFirst();
  }

  private String describe(SourceFile entry) {
    return path + "!" + entry.path().substring(0, entry.path().length() - ".npy".length());
  }

  private Dataset images(SourceFile entry, String name, Optional<int[]> labels, int classes) {
    try (NpyStream in = NpyStream.open(zip, entry, path, describe(entry))) {
      PixelArray layout = layout(in);
      int count = in.header().shape()[0];
      labels.ifPresent(
          found -> {
            if (found.length != count) {
              throw in.failure(
                  "it has " + count + " images, but there are " + found.length + " labels");
            }
          });
      HeapLimit.require(
          (long) count * (in.sliceBytes() + OBJECT_BYTES),
          "the images of " + in.name(),
          "or give them as a folder of images");
      List<byte[]> images = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        byte[] image = in.next(i);
        try {
          layout.checkRange(image);
        } catch (IOException e) {
          throw new InvalidInputException(
              "cannot read array " + in.name() + ": image " + i + ": " + e.getMessage(), e);
        }
        images.add(image);
      }
      in.finish();
      return new ArrayDataset(name, in.name(), layout, images, labels, classes, digest());
    }
  }

  private static PixelArray layout(NpyStream in) {
    try {
      return PixelArray.of(in.header());
    } catch (IOException e) {
      throw in.failure(String.valueOf(e.getMessage()));
    }
  }

  private int[] labels(SourceFile entry) {
    try (NpyStream in = NpyStream.open(zip, entry, path, describe(entry))) {
      int[] shape = in.header().shape();
      NpyHeader.Type type = in.header().type();
      if (type.isFloat() || shape.length > 2 || (shape.length == 2 && shape[1] != 1)) {
        throw in.failure(
            "labels must be integers of shape [n] or [n, 1], found "
                + type
                + " "
                + Arrays.toString(shape));
      }
      HeapLimit.require(4L * shape[0], "the labels of " + in.name(), "or use fewer images");
      List<Integer> found = new ArrayList<>();
      for (int i = 0; i < shape[0]; i++) {
        long label = label(type, in.next(i));
        if (label < 0 || label >= MAX_CLASSES) {
          throw in.failure("label " + i + " is " + label + ", expected 0 to " + (MAX_CLASSES - 1));
        }
        found.add((int) label);
      }
      in.finish();
      return found.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  private static long label(NpyHeader.Type type, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (type.bytes()) {
      case 1 -> bytes[0] & 0xff;
      case 2 -> buffer.getShort();
      case 4 -> buffer.getInt();
      default -> buffer.getLong();
    };
  }

  private static int classCount(int[] labels) {
    int most = 0;
    for (int label : labels) {
      most = Math.max(most, label + 1);
    }
    return most;
  }

  private String digest() {
    Digest digest = new Digest();
    for (SourceFile file : zip.files()) {
      digest.add(file.path());
      digest.add(file.size());
      digest.add(file.stamp());
    }
    return digest.hex();
  }
}
