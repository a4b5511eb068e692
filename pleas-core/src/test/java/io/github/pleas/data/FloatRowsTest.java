package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.PleasException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FloatRowsTest {
  private static final int LENGTH = 1001;

  @TempDir private Path folder;

  private static float[] row(int number) {
    float[] row = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      row[i] = Float.intBitsToFloat(number * 7919 + i);
    }
    return row;
  }

  @Test
  void rowsInAFileComeBackInAnyOrderToTheLastBit() {
    try (FloatRows rows = new FloatFile(folder, LENGTH)) {
      IntStream.range(0, 64).parallel().forEach(i -> rows.put(63 - i, row(63 - i)));
      IntStream.range(0, 64)
          .parallel()
          .forEach(
              i -> {
                FloatBuffer target = FloatBuffer.allocate(LENGTH + 3).position(2);
                rows.get(i, target);
                assertThat(target.position()).isEqualTo(LENGTH + 2);
                float[] back = new float[LENGTH];
                target.get(2, back);
                assertThat(back).isEqualTo(row(i));
              });
    }
  }

  @Test
  void theFileIsGoneWhenItIsClosed() {
    FloatRows rows = new FloatFile(folder, LENGTH);
    rows.put(3, row(3));
    rows.close();
    assertThat(folder).isEmptyDirectory();
    assertThatThrownBy(() -> rows.put(1, row(1)))
        .isInstanceOf(PleasException.class)
        .hasMessageContainingAll(folder.toString(), "too many for memory", "-Djava.io.tmpdir");
  }

  @Test
  void fewRowsStayInMemoryAndManyDoNot() {
    int most = (int) (Runtime.getRuntime().maxMemory() / FloatRows.HEAP_SHARE / 4 / LENGTH);
    try (FloatRows few = FloatRows.of(1, LENGTH);
        FloatRows many = FloatRows.of(most + 1, LENGTH)) {
      assertThat(few).isInstanceOf(FloatStore.class);
      assertThat(many).isInstanceOf(FloatFile.class);
    }
  }

  @Test
  void whereNoFileCanBeMadeThatIsSaid() {
    assertThatThrownBy(() -> new FloatFile(folder.resolve("none"), LENGTH))
        .isInstanceOf(PleasException.class)
        .hasMessageContainingAll("cannot be made", "none");
  }
}
