package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredTensorTest {
  private static final int COUNT = 1_500_000;

  @TempDir Path folder;
  private CheckpointFile file;

  @BeforeEach
  void ascendingNumbers() throws IOException {
    ByteSequence bytes = new ByteSequence();
    for (int i = 0; i < COUNT; i++) {
      bytes.add32(i);
    }
    file = CheckpointFile.open(Files.write(folder.resolve("x"), bytes.array()));
  }

  @AfterEach
  void close() throws IOException {
    file.close();
  }

  private StoredTensor tensor(long[] shape, long[] strides, long offset) {
    Storage storage = new Storage(file, 0, file.size(), ByteOrder.LITTLE_ENDIAN);
    return new StoredTensor(ElementType.INT32, new View(shape, strides, offset), storage);
  }

  @Test
  void theSumOfWhatIsRepeatedIsLimited() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < 40; i++) {
      tensors.put("t" + i, tensor(new long[] {COUNT}, new long[] {1}, 0));
    }
    assertThat(new StoredStateDict(tensors, List.of()).entries()).hasSize(40);
    for (int i = 40; i < 50; i++) {
      tensors.put("t" + i, tensor(new long[] {COUNT}, new long[] {1}, 0));
    }
    assertThatThrownBy(() -> new StoredStateDict(tensors, List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("holds 50 tensors of 0.3 GB together, of which only 0.0 GB");
  }

  private static void assertElements(StoredTensor tensor) throws IOException {
    View view = tensor.view();
    long[] read = tensor.read("x").longs();
    long[] shape = view.shape();
    for (int i = 0; i < read.length; i++) {
      long expected = view.offset();
      long rest = i;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        expected += rest % shape[axis] * view.strides()[axis];
        rest /= shape[axis];
      }
      if (read[i] != expected) {
        assertThat(read[i]).as("element %s", i).isEqualTo(expected);
      }
    }
    assertThat(tensor.open("x").readAllBytes()).isEqualTo(tensor.read("x").bytes());
  }

  @Test
  void viewsOfEveryKindAreReadAndStreamedAlike() throws IOException {
    assertElements(tensor(new long[] {3, 500, 700}, new long[] {350_000, 700, 1}, 10));
    assertElements(tensor(new long[] {4, 512, 600}, new long[] {307_200, 1, 512}, 7)); // by slices
    assertElements(tensor(new long[] {2, 3, 300, 700}, new long[] {630_000, 210_000, 1, 300}, 0));
    assertElements(tensor(new long[] {700, 2000}, new long[] {1, 700}, 5)); // transposed
    assertElements(tensor(new long[] {600, 700}, new long[] {2100, 3}, 1)); // every third
    assertElements(tensor(new long[] {5, 100_000}, new long[] {0, 1}, 3)); // repeated
    assertElements(tensor(new long[] {1, 4}, new long[] {99, 1}, 0));
    assertElements(tensor(new long[] {}, new long[] {}, COUNT - 1));
    assertElements(tensor(new long[] {3, 0}, new long[] {1, 1}, 0));
  }

  @Test
  void fewBytesRepeatedWithoutEndAreRefusedBeforeTheyFillTheMemory() {
    StoredTensor tensor = tensor(new long[] {1L << 40}, new long[] {0}, 0);
    assertThatThrownBy(() -> tensor.read("tensor \"w\""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tensor \"w\" INT32[1099511627776] repeats its elements");
    assertThatThrownBy(() -> tensor.open("tensor \"w\"")).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void countsAndEndsThatOverflowAreNone() {
    long large = 1L << 62;
    assertThat(View.count(new long[] {large, 2})).isEmpty();
    assertThat(View.count(new long[] {large, large})).isEmpty();
    assertThat(View.count(new long[] {large, large, 0})).isEqualTo(Optional.of(0L));
    assertThat(new View(new long[] {3}, new long[] {large}, 0).end()).isEmpty();
    assertThat(new View(new long[] {2}, new long[] {large}, large).end()).isEmpty();
    assertThat(new View(new long[] {2}, new long[] {Long.MAX_VALUE}, 0).end()).isEmpty();
    assertThat(new View(new long[] {2, 3}, new long[] {5, 2}, 7).end()).isEqualTo(Optional.of(17L));
  }
}
