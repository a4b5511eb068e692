package io.github.pleas.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFolderTest {
  private static final Map<String, String> REQUEST = Map.of("network a", "1", "budget", "1.5");

  @TempDir private Path parent;
  private final List<String> notes = new ArrayList<>();

  private JournalFolder open(Path folder) {
    return JournalFolder.open(folder, REQUEST, notes::add);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static void write(Journal journal, String name, long value) {
    journal.write(name, out -> out.writeLong(value));
  }

  private static Optional<Long> read(Journal journal, String name) {
    return journal.read(name, in -> in.readLong());
  }

  @Test
  void whatWasWrittenIsReadAfterwardsAndNothingElse() {
    Path folder = parent.resolve("made/for/it");
    try (JournalFolder journal = open(folder)) {
      write(journal, "one", 1);
      write(journal, "two", 2);
      write(journal, "two", 22);
      assertThat(read(journal, "three")).isEmpty();
    }
    try (JournalFolder journal = open(folder)) {
      assertThat(read(journal, "one")).contains(1L);
      assertThat(read(journal, "two")).contains(22L);
      assertThat(journal.count("t")).isEqualTo(1);
    }
    assertThat(notes).isEmpty();
  }

  @Test
  void manyNumbersComeBackToTheLastBit() {
    float[] numbers = new float[40_000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Float.intBitsToFloat(i * 104_729);
    }
    float[] back = new float[numbers.length];
    try (JournalFolder journal = open(parent.resolve("new"))) {
      journal.write("numbers", out -> Numbers.write(out, FloatBuffer.wrap(numbers)));
      assertThat(
              journal.read(
                  "numbers",
                  in -> {
                    Numbers.read(in, FloatBuffer.wrap(back));
                    return true;
                  }))
          .contains(true);
    }
    for (int i = 0; i < numbers.length; i++) {
      assertThat(Float.floatToIntBits(back[i])).isEqualTo(Float.floatToIntBits(numbers[i]));
    }
  }

  @Test
  void aPieceWithAnyByteChangedOrCutOffIsNotThereAndIsTold() throws IOException {
    Path folder = parent.resolve("new");
    try (JournalFolder journal = open(folder)) {
      write(journal, "one", 1);
      Path file = folder.resolve("one.pleas-piece");
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < whole.length; i++) {
        byte[] changed = whole.clone();
        changed[i] ^= 1;
        Files.write(file, changed);
        assertThat(read(journal, "one")).isEmpty();
        Files.write(file, java.util.Arrays.copyOf(whole, i));
        assertThat(read(journal, "one")).isEmpty();
      }
      assertThat(notes).hasSize(2 * whole.length).allMatch(note -> note.contains("is damaged"));
      Files.write(file, whole);
      assertThat(read(journal, "one")).contains(1L);
      Files.write(folder.resolve("two.pleas-piece"), whole);
      assertThat(read(journal, "two")).isEmpty();
      assertThat(notes.get(notes.size() - 1)).contains("another piece");
    }
  }

  @Test
  void aPieceThatIsNotCompleteNeverHasItsName() throws IOException {
    Path folder = parent.resolve("new");
    try (JournalFolder journal = open(folder)) {
      write(journal, "one", 1);
      try (PieceOutput piece = journal.open("one")) {
        piece.write(out -> out.writeLong(2));
        assertThat(read(journal, "one")).contains(1L);
        assertThat(names(folder)).contains("one.pleas-piece.part");
      }
      assertThat(read(journal, "one")).contains(1L);
      assertThat(names(folder)).doesNotContain("one.pleas-piece.part");
    }
    // as kill -9 leaves it
    Files.writeString(folder.resolve("two.pleas-piece.part"), "half of");
    open(folder).close();
    assertThat(names(folder))
        .containsExactly("lock.pleas-piece", "one.pleas-piece", "request.pleas-piece");
  }

  @Test
  void anotherRequestIsRefusedWithWhatDiffersAndNothingIsLost() {
    Path folder = parent.resolve("new");
    try (JournalFolder journal = open(folder)) {
      write(journal, "one", 1);
    }
    Map<String, String> other = Map.of("network a", "1", "budget", "1.2", "seed", "7");
    assertThatThrownBy(() -> JournalFolder.open(folder, other, notes::add))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            folder.toString(),
            "budget was 1.5, now it is 1.2",
            "seed was not given, now it is 7",
            "name another folder")
        .message()
        .doesNotContain("network a");
    try (JournalFolder journal = open(folder)) {
      assertThat(read(journal, "one")).contains(1L);
    }
  }

  @Test
  void aFolderOfOthersIsRefusedAndNotTouched() throws IOException {
    Path folder = Files.createDirectory(parent.resolve("photos"));
    Files.writeString(folder.resolve("cat.png"), "meow");
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("photos", "cat.png", "not empty", "name another one");
    assertThat(names(folder)).containsExactly("cat.png");
    assertThatThrownBy(() -> open(folder.resolve("cat.png")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is a file");
  }

  @Test
  void theEndTakesAwayWhatIsOursAndNothingElse() throws IOException {
    Path folder = parent.resolve("new");
    try (JournalFolder journal = open(folder)) {
      write(journal, "one", 1);
      Files.writeString(folder.resolve("notes.txt"), "mine");
      Files.writeString(folder.resolve("one.pleas-piece.txt"), "mine");
      Files.createDirectory(folder.resolve("two.pleas-piece"));
      journal.finish();
    }
    assertThat(names(folder))
        .containsExactly("notes.txt", "one.pleas-piece.txt", "two.pleas-piece");
  }

  @Test
  void whatIsLeftWithoutARequestIsBegunAnew() throws IOException {
    Path folder = parent.resolve("new");
    try (JournalFolder journal = open(folder)) {
      write(journal, "one", 1);
    }
    Files.delete(folder.resolve("request.pleas-piece"));
    try (JournalFolder journal = JournalFolder.open(folder, Map.of("seed", "7"), notes::add)) {
      assertThat(read(journal, "one")).isEmpty();
    }
  }

  @Test
  void aDamagedRequestIsRefused() throws IOException {
    Path folder = parent.resolve("new");
    open(folder).close();
    Files.writeString(folder.resolve("request.pleas-piece"), "?");
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("request.pleas-piece", "cut off", "to begin anew");
  }

  @Test
  void onlyOneMergeIsAtWorkInAFolder() {
    Path folder = parent.resolve("new");
    try (JournalFolder first = open(folder)) {
      assertThat(first.keeps()).isTrue();
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("another merge is at work");
    }
    open(folder).close();
  }
}
