package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchZipTest {
  @TempDir Path folder;

  /** A pickle of {"w": a tensor of two floats in storage 0}. */
  static byte[] pickle() {
    return pickle(2, 2);
  }

  private static byte[] pickle(long stored, long size) {
    return pickle(stored, size, 1);
  }

  private static byte[] pickle(long stored, long size, long stride) {
    PickleOutput out = new PickleOutput();
    out.opcode('}').opcode('(').text("w").named("torch._utils", "_rebuild_tensor_v2");
    out.opcode('(').opcode('(').text("storage").named("torch", "FloatStorage").text("0");
    out.text("cpu").number(stored).opcode('t').opcode('Q').number(0).tuple(new long[] {size});
    out.tuple(new long[] {stride}).opcode(0x89).named("collections", "OrderedDict").opcode(')');
    return out.opcode('R').opcode('t').opcode('R').opcode('u').end();
  }

  private static final byte[] DATA = new ByteSequence().add32(0x3F800000).add32(0x40000000).array();

  private Path archive(Map<String, byte[]> entries, int method) throws IOException {
    Path path = folder.resolve("x.pth");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      for (Map.Entry<String, byte[]> content : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(content.getKey());
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(content.getValue());
          entry.setCrc(crc.getValue());
          entry.setSize(content.getValue().length);
        }
        zip.putNextEntry(entry);
        zip.write(content.getValue());
        zip.closeEntry();
      }
    }
    return path;
  }

  private Path archive(Map<String, byte[]> entries) throws IOException {
    return archive(entries, ZipEntry.STORED);
  }

  private static void assertRefused(Path path, String why) {
    assertThatThrownBy(() -> Checkpoints.open(path, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(path.getFileName().toString())
        .hasMessageContaining(why);
  }

  @Test
  void anArchiveOfAnyOtherWriterIsReadToo() throws IOException {
    Path path = archive(Map.of("any/data.pkl", pickle(), "any/data/0", DATA));
    try (StateDict dict = Checkpoints.open(path, Optional.empty())) {
      assertThat(dict.read("w").floats()).containsExactly(1, 2);
    }
  }

  @Test
  void theByteOrderIsThatOfTheMachineThatSaved() throws IOException {
    byte[] big = {0x3F, (byte) 0x80, 0, 0, 0x40, 0, 0, 0};
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("any/data.pkl", pickle());
    entries.put("any/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
    entries.put("any/data/0", big);
    try (StateDict dict = Checkpoints.open(archive(entries), Optional.empty())) {
      assertThat(dict.read("w").floats()).containsExactly(1, 2);
      assertThat(dict.open("w").readAllBytes()).isEqualTo(DATA);
    }
    entries.put("any/byteorder", "middle".getBytes(StandardCharsets.US_ASCII));
    assertRefused(archive(entries), "byte order \"middle\"");
  }

  @Test
  void entriesThatPyTorchWouldNotWriteAreRefused() throws IOException {
    Map<String, byte[]> good = Map.of("any/data.pkl", pickle(), "any/data/0", DATA);
    assertRefused(archive(good, ZipEntry.DEFLATED), "compressed");
    assertRefused(archive(Map.of("any/data.pkl", pickle())), "has no any/data/0");
    assertRefused(archive(Map.of("any/data", DATA)), "data.pkl into a folder, which is missing");
    assertRefused(archive(Map.of("a/data.pkl", DATA, "b/data.pkl", DATA)), "several data.pkl");
    assertRefused(
        archive(Map.of("any/data.pkl", pickle(3, 2), "any/data/0", DATA)),
        "storage of 12 bytes, and the file has 8");
    assertRefused(
        archive(Map.of("any/data.pkl", pickle(2, 3), "any/data/0", DATA)), "does not fit");
    assertRefused(
        archive(Map.of("any/data.pkl", pickle(2, 2, Long.MAX_VALUE), "any/data/0", DATA)),
        "holds a tensor FLOAT [2] with strides [9223372036854775807] at 0, which does not fit");
  }

  @Test
  void aNameIsOnlyAName() throws IOException {
    Path path =
        archive(
            Map.of(
                "any/data.pkl",
                pickle(),
                "any/data/0",
                DATA,
                "../../outside",
                DATA,
                "/root",
                DATA));
    try (StateDict dict = Checkpoints.open(path, Optional.empty())) {
      assertThat(dict.read("w").floats()).containsExactly(1, 2);
    }
    assertThat(folder.resolve("../../outside")).doesNotExist();
    assertThat(folder.resolveSibling("outside")).doesNotExist();
  }

  @Test
  void anArchiveThatIsCutOffIsRefused() throws IOException {
    byte[] whole =
        Files.readAllBytes(archive(Map.of("any/data.pkl", pickle(), "any/data/0", DATA)));
    for (int length = 4; length < whole.length; length += 3) {
      Path path = Files.write(folder.resolve("cut.pth"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Checkpoints.open(path, Optional.empty()))
          .isInstanceOf(InvalidInputException.class);
    }
  }

  @Property(tries = 100)
  void whatIsWrittenIsReadAgainAndByOthers(@ForAll long seed) throws IOException {
    Path path = Files.createTempFile("written", ".pth");
    try {
      Tensors tensors = Tensors.random(seed);
      CheckpointWriter.of(path).write(tensors, path);
      try (StateDict dict = Checkpoints.open(path, Optional.empty())) {
        assertThat(dict.entries()).isEqualTo(tensors.entries());
        assertThat(Tensors.read(dict)).isEqualTo(tensors.named());
      }
      assertWholeZip(path, tensors.named().size());
    } finally {
      Files.delete(path);
    }
  }

  private static void assertWholeZip(Path path, int tensors) throws IOException {
    try (ZipFile zip = new ZipFile(path.toFile());
        CheckpointFile file = CheckpointFile.open(path)) {
      List<? extends ZipEntry> entries = Collections.list(zip.entries());
      assertThat(entries).hasSize(tensors + 4);
      ZipDirectory directory = ZipDirectory.read(file);
      for (ZipEntry entry : entries) {
        CRC32 crc = new CRC32();
        crc.update(zip.getInputStream(entry).readAllBytes());
        assertThat(crc.getValue()).isEqualTo(entry.getCrc());
        Storage storage = directory.find(entry.getName(), ByteOrder.LITTLE_ENDIAN).orElseThrow();
        assertThat(storage.start() % 64).isZero();
      }
    }
  }

  @Test
  void theSameTensorsGiveTheSameFile() throws IOException {
    Path first = folder.resolve("first.pth");
    Path second = folder.resolve("second.pth");
    CheckpointWriter.PTH.write(Tensors.random(5), first);
    CheckpointWriter.PTH.write(Tensors.random(5), second);
    assertThat(second).hasSameBinaryContentAs(first);
  }

  /** Zeros, as many as 2.2 GB, which are read as they are asked for. */
  private static final class Zeros implements StateDict {
    private static final long SIZE = 2_200_000_000L;

    @Override
    public List<Entry> entries() {
      return List.of(
          new Entry("a", ElementType.BOOL, new long[] {SIZE}),
          new Entry("b", ElementType.BOOL, new long[] {SIZE * 2}),
          new Entry("c", ElementType.FLOAT, new long[] {2}));
    }

    @Override
    public Tensor read(String name) {
      return Tensor.ofFloats(new int[] {2}, new float[] {1, 2});
    }

    @Override
    public InputStream open(String name) {
      return name.equals("c")
          ? StateDict.super.open(name)
          : new InputStream() {
            @Override
            public int read() {
              return 0;
            }

            @Override
            public int read(byte[] into, int at, int length) {
              Arrays.fill(into, at, at + length, (byte) 0);
              return length;
            }
          };
    }

    @Override
    public void close() {}
  }

  /** Leaves zeros out of the file, where the system gives them back all the same. */
  private static OutputStream sparse(RandomAccessFile file) {
    byte[] zeros = new byte[1 << 20];
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        file.write(value);
      }

      @Override
      public void write(byte[] bytes, int at, int length) throws IOException {
        if (length <= zeros.length && Arrays.equals(bytes, at, at + length, zeros, 0, length)) {
          file.seek(file.getFilePointer() + length);
        } else {
          file.write(bytes, at, length);
        }
      }
    };
  }

  @Test
  void storagesPastFourGigabytesAreWrittenAndRead() throws IOException {
    Path path = folder.resolve("large.pth");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        OutputStream out = new BufferedOutputStream(sparse(file))) {
      new TorchWriter(new Zeros()).writeTo(out);
    }
    assertThat(Files.size(path)).isGreaterThan(6_600_000_000L);
    try (StateDict dict = Checkpoints.open(path, Optional.empty())) {
      assertThat(dict.entries()).isEqualTo(new Zeros().entries());
      assertThat(dict.read("c").floats()).containsExactly(1, 2);
      assertThat(dict.open("b").skip(Long.MAX_VALUE)).isEqualTo(4_400_000_000L);
    }
    try (ZipFile zip = new ZipFile(path.toFile())) {
      assertThat(zip.getEntry("archive/data/1").getSize()).isEqualTo(4_400_000_000L);
      assertThat(zip.getInputStream(zip.getEntry("archive/data/2")).readAllBytes()).isEqualTo(DATA);
    }
  }

  @Test
  void aFailureWhileWritingLeavesWhatWasThere() throws IOException {
    Path path = Files.writeString(folder.resolve("x.pth"), "old");
    Tensors tensors = Tensors.of(Map.of("w", Tensor.ofFloats(new int[] {1}, new float[] {1e6f})));
    assertThatThrownBy(() -> CheckpointWriter.PTH.write(Precision.FLOAT16.of(tensors), path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tensor \"w\" has the value 1000000.0")
        .hasMessageContaining("FLOAT16");
    assertThat(path).hasContent("old");
  }
}
