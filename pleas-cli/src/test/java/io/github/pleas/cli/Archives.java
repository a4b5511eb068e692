package io.github.pleas.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Makes zips and npz files. */
final class Archives {
  private Archives() {}

  static Path zip(Path folder, Path target) throws IOException {
    try (Stream<Path> walk = Files.walk(folder);
        ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(target))) {
      List<Path> files = walk.filter(Files::isRegularFile).sorted().toList();
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry(folder.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, zip);
      }
    }
    return target;
  }

  /** A file of torch.save whose dictionary is that of another one, under a name. */
  static Path nested(Path pth, String entry, Path target) throws IOException {
    try (ZipFile whole = new ZipFile(pth.toFile());
        ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(target))) {
      zip.setMethod(ZipEntry.STORED);
      for (ZipEntry found : Collections.list(whole.entries())) {
        byte[] content = whole.getInputStream(found).readAllBytes();
        if (found.getName().endsWith("data.pkl")) {
          content = inDictionary(content, entry);
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry stored = new ZipEntry(found.getName());
        stored.setSize(content.length);
        stored.setCrc(crc.getValue());
        zip.putNextEntry(stored);
        zip.write(content);
      }
    }
    return target;
  }

  /** The pickle {@code {"name": what the pickle gives}}: its protocol stays, its end moves. */
  private static byte[] inDictionary(byte[] pickle, String name) throws IOException {
    byte[] key = name.getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(pickle, 0, 2);
    out.write(new byte[] {'}', 'X', (byte) key.length, 0, 0, 0});
    out.write(key);
    out.write(pickle, 2, pickle.length - 3);
    out.write(new byte[] {'s', '.'});
    return out.toByteArray();
  }

  /** Random grey images x [count, side, side] and labels y [count], every class among them. */
  static Path npz(Path target, int side, int classes, int count) throws IOException {
    byte[] pixels = new byte[count * side * side];
    new Random(1).nextBytes(pixels);
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % classes);
    }
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(target))) {
      zip.putNextEntry(new ZipEntry("x.npy"));
      npy(zip, "(%d, %d, %d)".formatted(count, side, side), pixels);
      zip.putNextEntry(new ZipEntry("y.npy"));
      npy(zip, "(%d,)".formatted(count), labels);
    }
    return target;
  }

  private static void npy(OutputStream out, String shape, byte[] values) throws IOException {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }";
    header += " ".repeat(64 - (10 + header.length() + 1) % 64) + "\n";
    ByteArrayOutputStream start = new ByteArrayOutputStream();
    start.write(0x93);
    start.write("NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    start.write(
        ByteBuffer.allocate(2)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) header.length())
            .array());
    start.write(header.getBytes(StandardCharsets.ISO_8859_1));
    out.write(start.toByteArray());
    out.write(values);
  }
}
