package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.PleasException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorStoreTest {
  @TempDir Path temporary;

  private static NativeBuffer filled(int count, long seed) {
    NativeBuffer buffer = NativeBuffer.ofFloats(count);
    Random random = new Random(seed);
    FloatBuffer floats = buffer.floats();
    while (floats.hasRemaining()) {
      floats.put(Float.intBitsToFloat(random.nextInt() & 0xFF7FFFFF));
    }
    return buffer;
  }

  private static void assertFilled(TensorStore.Stored stored, int count, long seed) {
    Random random = new Random(seed);
    try (TensorStore.Reading reading = stored.read()) {
      assertThat(reading.floats().remaining()).isEqualTo(count);
      for (int i = 0; i < count; i++) {
        assertThat(Float.floatToRawIntBits(reading.floats().get(i)))
            .isEqualTo(random.nextInt() & 0xFF7FFFFF);
      }
    }
  }

  private List<Path> files() throws IOException {
    try (var all = Files.walk(temporary)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  // Tensors come and go at random: each comes back bit for bit, memory stays below the limit.
  @ParameterizedTest
  @ValueSource(longs = {0, 2_000, 9_000})
  void whatIsKeptComesBackBitForBitWithinTheLimit(long mostWaiting) throws IOException {
    Random random = new Random(1);
    Map<Long, TensorStore.Stored> kept = new LinkedHashMap<>();
    Map<Long, Integer> counts = new LinkedHashMap<>();
    long limit = 20_000;
    boolean spilled = false;
    try (TensorStore store = new TensorStore(limit, mostWaiting, temporary)) {
      for (long step = 0; step < 300; step++) {
        int count = random.nextInt(2000);
        kept.put(step, store.keep(filled(count, step)));
        counts.put(step, count);
        spilled |= !spilledFolders().isEmpty();
        List<Long> names = new ArrayList<>(kept.keySet());
        long chosen = names.get(random.nextInt(names.size()));
        TensorStore.Stored stored = kept.get(chosen);
        Integer expected = counts.get(chosen);
        assertThat(stored).isNotNull();
        assertThat(expected).isNotNull();
        if (stored != null && expected != null) {
          assertFilled(stored, expected, chosen);
          if (names.size() > 15) {
            stored.free();
            kept.remove(chosen);
          }
        }
        assertThat(store.peak()).isLessThanOrEqualTo(limit);
      }
      assertThat(store.peak()).isGreaterThan(limit / 2);
    }
    assertThat(spilled).isTrue();
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void belowItsLimitItTouchesNoDisk() throws IOException {
    try (TensorStore store = new TensorStore(8000, 0, temporary)) {
      store.keep(filled(1000, 1));
      store.keep(filled(1000, 2));
      assertThat(temporary).isEmptyDirectory();
      TensorStore.Stored third = store.keep(filled(1, 3));
      assertThat(files()).hasSize(1);
      third.free();
      assertThat(files()).isEmpty();
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void freedMemoryIsUsedAgain() throws IOException {
    try (TensorStore store = new TensorStore(4000, 0, temporary)) {
      for (int i = 0; i < 5; i++) {
        store.keep(filled(1000, i)).free();
      }
      assertThat(files()).isEmpty();
      assertThat(store.peak()).isEqualTo(4000);
    }
  }

  /** Memory that was given back, too, counts to the limit, and makes room for what is kept. */
  @Test
  void spareBuffersStayWithinTheLimit() throws IOException {
    try (TensorStore store = new TensorStore(4 * 1000, 0, temporary)) {
      TensorStore.Stored first = store.keep(store.allocate(600));
      first.free();
      NativeBuffer again = store.allocate(600);
      store.keep(again).free();
      assertThat(store.allocate(600)).isSameAs(again);
      store.keep(again).free();
      TensorStore.Stored large = store.keep(filled(900, 3));
      assertFilled(large, 900, 3);
      assertThat(files()).isEmpty();
      assertThat(store.peak()).isLessThanOrEqualTo(4 * 1000);
      assertThat(store.allocate(600)).isNotSameAs(again).satisfies(NativeBuffer::close);
    }
  }

  /** So that tensors on their way to the disk and back need no memory that is new each time. */
  @Test
  void whatIsWrittenAndWhatIsReadFromAFileIsUsedAgain() {
    try (TensorStore store = new TensorStore(3 * 4000, 3 * 4000, temporary)) {
      NativeBuffer written = filled(1000, 1);
      TensorStore.Stored first = store.keep(written);
      assertFilled(first, 1000, 1);
      TensorStore.Stored second = store.keep(filled(1000, 2)); // looks at what is written
      List<NativeBuffer> spare = List.of(store.allocate(1000), store.allocate(1000));
      // The first or the second: it may have been what the first was read into, too.
      assertThat(spare).containsOnlyOnce(written);
      spare.forEach(NativeBuffer::close);
      assertFilled(second, 1000, 2);
      assertFilled(first, 1000, 1);
      assertThat(store.peak()).isLessThanOrEqualTo(3 * 4000);
    }
  }

  @Test
  void freeSpareFreesWhatIsWritten() {
    try (TensorStore store = new TensorStore(8000, 8000, temporary)) {
      TensorStore.Stored stored = store.keep(filled(1000, 1));
      assertFilled(stored, 1000, 1); // so it is written
      store.freeSpare();
      assertThat(store.held()).isZero();
      assertFilled(stored, 1000, 1);
    }
  }

  /** One for which there is no room however many others were freed frees none. */
  @Test
  void whatIsTooLargeToBeSpareLeavesTheOthers() {
    try (TensorStore store = new TensorStore(8000, 0, temporary)) {
      TensorStore.Stored large = store.keep(filled(2001, 1));
      store.keep(filled(1000, 2)).free();
      assertThat(store.held()).isEqualTo(4000);
      large.read().close();
      assertThat(store.held()).isEqualTo(4000);
    }
  }

  @Test
  void whatIsReadIsGivenBackOnce() {
    try (TensorStore store = new TensorStore(8000, 8000, temporary)) {
      TensorStore.Reading reading = store.keep(filled(1000, 1)).read();
      reading.close();
      reading.close();
      NativeBuffer copy = store.allocate(1000);
      assertThat(store.allocate(1000)).isNotSameAs(copy).satisfies(NativeBuffer::close);
      copy.close();
    }
  }

  /** One that is still being read when the store is closed is not kept for others. */
  @Test
  void whatIsReadWhileTheStoreIsClosedIsFreedAfterwards() {
    TensorStore store = new TensorStore(8000, 4000, temporary);
    store.keep(filled(1000, 1));
    TensorStore.Reading reading = store.keep(filled(1000, 2)).read();
    assertThat(reading.isCopy()).isTrue();
    store.close();
    reading.close();
    assertThat(store.held()).isZero();
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedWithTheWayOut() {
    Path missing = temporary.resolve("missing");
    try (TensorStore store = new TensorStore(0, 0, missing)) {
      assertThatThrownBy(() -> store.keep(filled(10, 1)))
          .isInstanceOf(PleasException.class)
          .hasMessageContainingAll("temporary folder", missing.toString(), "-Djava.io.tmpdir");
    }
  }

  // Who removes the folder is there before it, and once only.
  @Test
  void aFolderThatIsThereLaterIsUsedAndRemoved() throws IOException {
    Path later = temporary.resolve("later");
    try (TensorStore store = new TensorStore(0, 0, later)) {
      assertThatThrownBy(() -> store.keep(filled(10, 1))).isInstanceOf(PleasException.class);
      Files.createDirectory(later);
      assertFilled(store.keep(filled(10, 2)), 10, 2);
    }
    assertThat(later).isEmptyDirectory();
  }

  /** What fails beside fails where it is read, or where it or a later one is kept. */
  @Test
  void aWriteThatFailedBesideIsTold() {
    Path missing = temporary.resolve("missing");
    TensorStore store = new TensorStore(1000, 1000, missing);
    assertThatThrownBy(() -> store.keep(filled(10, 1)).read())
        .isInstanceOf(PleasException.class)
        .hasMessageContainingAll("temporary folder", missing.toString());
    List<TensorStore.Stored> kept = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1000 / 40 + 1; i++) {
                kept.add(store.keep(filled(10, i)));
              }
            })
        .isInstanceOf(PleasException.class)
        .hasMessageContainingAll("temporary folder", missing.toString());
    kept.forEach(TensorStore.Stored::free);
    store.close();
    assertThatThrownBy(() -> store.keep(filled(10, 3))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsFreedWhileItIsWrittenLeavesNoFile() throws IOException {
    TensorStore store = new TensorStore(1 << 20, 1 << 20, temporary);
    for (int i = 0; i < 20; i++) {
      store.keep(filled(10_000, i)).free();
    }
    TensorStore.Stored last = store.keep(filled(10, 1));
    // Files are written and deleted in order.
    assertFilled(last, 10, 1);
    assertThat(files()).hasSize(1);
    store.keep(filled(10_000, 2));
    store.close();
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aSpilledFileThatIsDamagedIsNamed() throws IOException {
    TensorStore store = new TensorStore(0, 0, temporary);
    TensorStore.Stored stored = store.keep(filled(10, 1));
    Path file = files().get(0);
    Files.write(file, new byte[7]);
    assertThatThrownBy(stored::read)
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("was cut off: expected 40 bytes, found 7");
    Files.delete(file);
    assertThatThrownBy(stored::read)
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("cannot read the temporary file " + file);
    store.close();
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void whatWasFreedIsNotRead() {
    try (TensorStore store = new TensorStore(1000, 0, temporary)) {
      TensorStore.Stored stored = store.keep(filled(10, 1));
      stored.free();
      stored.free();
      assertThatThrownBy(stored::read).isInstanceOf(IllegalStateException.class);
    }
    NativeBuffer buffer = filled(1, 1);
    buffer.close();
    buffer.close();
    assertThatThrownBy(buffer::floats).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aClosedStoreWritesNoMore() {
    TensorStore store = new TensorStore(0, 0, temporary);
    store.close();
    store.close();
    assertThatThrownBy(() -> store.keep(filled(10, 1))).isInstanceOf(IllegalStateException.class);
    assertThat(temporary).isEmptyDirectory();
  }

  // What an interrupt does: the platform runs the hook while the tensors are still in use.
  @Test
  @DisabledOnOs(OS.WINDOWS) // where there is no polite end
  void anInterruptedProgramLeavesNothing() throws Exception {
    Process process = start(Spilling.class);
    try (var out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("spilled");
      assertThat(spilledFolders()).hasSize(1);
      process.destroy(); // the signal of a polite end, as Ctrl-C gives
      assertThat(process.waitFor()).isNotZero();
    } finally {
      process.destroyForcibly();
    }
    assertThat(spilledFolders()).isEmpty();
  }

  // Nobody would remove what is made then.
  @Test
  void whatComesFirstWhileTheProgramEndsMakesNoFolder() throws Exception {
    Process process = start(SpillingLate.class);
    try (var out = process.inputReader()) {
      assertThat(out.readLine()).contains("Shutdown in progress");
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
    assertThat(spilledFolders()).isEmpty();
  }

  private Process start(Class<?> program) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "-Djava.io.tmpdir=" + temporary,
            program.getName())
        .redirectErrorStream(true)
        .start();
  }

  private List<Path> spilledFolders() throws IOException {
    try (var all = Files.list(temporary)) {
      return all.filter(p -> p.getFileName().toString().startsWith("pleas-")).toList();
    }
  }

  /** A program that ends and spills its first tensor meanwhile. */
  static final class SpillingLate {
    public static void main(String[] arguments) {
      Thread late =
          new Thread(
              () -> {
                try (TensorStore store = new TensorStore(0)) {
                  store.keep(filled(10, 1)).read();
                } catch (IllegalStateException refused) {
                  System.out.println(refused.getMessage());
                }
              });
      Runtime.getRuntime().addShutdownHook(late);
    }
  }

  /** A program that spills a tensor and waits. */
  static final class Spilling {
    public static void main(String[] arguments) throws InterruptedException {
      new TensorStore(0).keep(filled(10, 1));
      System.out.println("spilled");
      Thread.sleep(60_000);
    }
  }
}
