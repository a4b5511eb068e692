package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    byte[] data = new byte[dataBytes];
    for (int i = 0; i < dataBytes; i++) {
      data[i] = (byte) i;
    }
    return Files.write(
        folder.resolve("x.safetensors"),
        new ByteSequence().add64(json.length).add(json).add(data).array());
  }

  private static String tensor(String type, String shape, long begin, long end) {
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(type, shape, begin, end);
  }

  private void assertRefused(String header, int dataBytes, String why) throws IOException {
    Path file = file(header, dataBytes);
    assertThatThrownBy(() -> Checkpoints.open(file, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("x.safetensors")
        .hasMessageContaining(why);
  }

  @Test
  void theHeaderSaysWhereEachTensorIs() throws IOException {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},\"b\":"
            + tensor("U8", "[2,2]", 4, 8)
            + ",\"a\":"
            + tensor("I32", "[]", 0, 4)
            + ",\"none\":"
            + tensor("F64", "[3,0]", 8, 8)
            + "}  ";
    try (StateDict dict = Checkpoints.open(file(header, 8), Optional.empty())) {
      assertThat(dict.entries().stream().map(StateDict.Entry::name))
          .containsExactly("b", "a", "none");
      assertThat(dict.read("b").longs()).containsExactly(4, 5, 6, 7);
      assertThat(dict.read("a").longs()).containsExactly(0x03020100);
      assertThat(dict.read("none").shape()).containsExactly(3, 0);
      assertThatThrownBy(() -> dict.read("c")).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aTensorOfTheNameOfTheHeadersOwnEntryIsNotWritten() {
    Path out = folder.resolve("out.safetensors");
    StateDict dict = Tensors.of(Map.of("__metadata__", Tensors.floats(2)));
    assertThatThrownBy(() -> CheckpointWriter.of(out).write(dict, out))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("out.safetensors cannot hold a tensor named __metadata__");
    assertThat(out).doesNotExist();
  }

  @Test
  void gapsAndOverlapsAreRefused() throws IOException {
    String two =
        "{\"a\":"
            + tensor("U8", "[4]", 0, 4)
            + ",\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[%d,%d]}}";
    assertRefused(two.formatted(5, 9), 9, "begins at byte 5 of the data");
    assertRefused(two.formatted(3, 7), 7, "begins at byte 3 of the data");
    assertRefused(two.formatted(0, 4), 4, "begins at byte 0 of the data");
    assertRefused(two.formatted(4, 8), 9, "1 bytes behind its last tensor");
    assertRefused(two.formatted(4, 8), 7, "8 bytes, and 7 are there");
  }

  @Test
  void shapesMustFitTheBytes() throws IOException {
    assertRefused("{\"a\":" + tensor("F32", "[2]", 0, 4) + "}", 4, "has 4 bytes, which is not");
    assertRefused("{\"a\":" + tensor("U8", "[-1]", 0, 4) + "}", 4, "negative: -1");
    String huge = "[4611686018427387904,4,1]"; // 2^64 elements, which overflow to none
    assertRefused("{\"a\":" + tensor("U8", huge, 0, 0) + "}", 0, "has 0 bytes, which is not");
    assertRefused("{\"a\":" + tensor("F64", "[2305843009213693952]", 0, 0) + "}", 0, "has 0 bytes");
    assertRefused(
        "{\"a\":" + tensor("U8", "[9223372036854775808]", 0, 1) + "}", 1, "cannot be read");
    assertRefused("{\"a\":" + tensor("U8", "[1]", 1, 0) + "}", 1, "no begin and end");
    assertRefused("{\"a\":" + tensor("U8", "[1.5]", 0, 1) + "}", 1, "whole numbers");
    assertRefused("{\"a\":" + tensor("F8_E4M3", "[1]", 0, 1) + "}", 1, "type F8_E4M3");
    assertRefused("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "lacks its dtype");
  }

  @Test
  void theJsonIsReadStrictly() throws IOException {
    String a = tensor("U8", "[1]", 0, 1);
    assertRefused("{\"a\":" + a + ",\"a\":" + a + "}", 1, "Duplicate field 'a'");
    assertRefused("{\"a\":" + a, 1, "cannot be read");
    assertRefused("{\"a\":" + a + "}}", 1, "cannot be read");
    assertRefused("{\"a\":" + a + "} {}", 1, "behind its JSON header");
    assertRefused("{\"a\":3}", 0, "expected, which is an object");
    assertRefused("{\"__metadata__\":{\"a\":1}}", 0, "expected, which is a text");
    assertRefused("{\"a\":" + "[".repeat(100_000), 0, "expected, which is an object");
    String nested = "{\"a\":{\"x\":" + "[".repeat(100_000);
    assertRefused(nested, 0, "nesting depth");
    assertRefused(
        "{\"a\":" + tensor("U8", "[" + "1".repeat(100_000) + "]", 0, 1) + "}", 1, "Number");
  }

  @Test
  void theLengthOfTheHeaderIsCheckedBeforeItIsBelieved() throws IOException {
    Path path = folder.resolve("x.safetensors");
    Files.write(path, new ByteSequence().add64(90_000_000).add("{}").array());
    assertThatThrownBy(() -> Checkpoints.open(path, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cut off inside its header");
    Files.write(path, new ByteSequence().add64(100_000_001).add("{}").array());
    assertThatThrownBy(() -> Checkpoints.open(path, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("100000001 bytes, more than the 100,000,000");
    Files.write(path, new ByteSequence().add64(5).add("{\"\u00e9").add(0xFF, 0xFF).array());
    assertThatThrownBy(() -> Checkpoints.open(path, Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void theNumberOfTensorsIsLimited() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i <= 500_000; i++) {
      header
          .append(i == 0 ? "\"" : ",\"")
          .append(i)
          .append("\":")
          .append(tensor("U8", "[0]", 0, 0));
    }
    assertRefused(header + "}", 0, "more than 500000 fields");
  }

  @Test
  void tensorsPastTwoAndFourGigabytesAreRead() throws IOException {
    long large = 2_500_000_000L;
    String header =
        "{\"a\":"
            + tensor("U8", "[" + large + "]", 0, large)
            + ",\"b\":"
            + tensor("U8", "[2500000,1000]", large, 2 * large)
            + ",\"c\":"
            + tensor("F32", "[2]", 2 * large, 2 * large + 8)
            + "}";
    Path path = file(header, 0);
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.seek(sparse.length() + 2 * large);
      sparse.write(
          ByteBuffer.allocate(8)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putFloat(1.5f)
              .putFloat(-2)
              .array());
    }
    try (StateDict dict = Checkpoints.open(path, Optional.empty())) {
      assertThat(dict.read("c").floats()).containsExactly(1.5f, -2);
      assertThat(dict.entries().get(0).shape()).containsExactly(large);
      assertThat(dict.open("b").skip(Long.MAX_VALUE)).isEqualTo(large);
      assertThatThrownBy(() -> dict.read("a"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("tensor \"a\"")
          .hasMessageContaining("2 GB");
    }
  }

  @Property(tries = 100)
  void whatIsWrittenIsReadAgain(@ForAll long seed) throws IOException {
    Path path = Files.createTempFile("written", ".safetensors");
    try {
      Tensors tensors = Tensors.random(seed);
      CheckpointWriter.of(path).write(tensors, path);
      try (StateDict dict = Checkpoints.open(path, Optional.empty())) {
        assertThat(dict.entries()).isEqualTo(tensors.entries());
        assertThat(Tensors.read(dict)).isEqualTo(tensors.named());
      }
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void everyTensorIsWrittenAtAMultipleOfItsWidth() throws IOException {
    Path path = folder.resolve("x.safetensors");
    Tensors tensors =
        Tensors.of(
            Map.of(
                "a", Tensor.ofBytes(ElementType.UINT8, new int[] {3}, new byte[3]),
                "b", Tensor.ofBytes(ElementType.FLOAT16, new int[] {3}, new byte[6]),
                "c", Tensor.ofLongs(new int[] {}, new long[] {7}),
                "d", Tensors.floats(3)));
    CheckpointWriter.SAFETENSORS.write(tensors, path);
    try (CheckpointFile file = CheckpointFile.open(path)) {
      new SafetensorsReader(file)
          .read()
          .values()
          .forEach(t -> assertThat(t.storage().start() % t.type().bytes()).isZero());
    }
  }
}
