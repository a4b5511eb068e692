package io.github.pleas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFileTest {
  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void anOldFile() throws IOException {
    target = Files.writeString(folder.resolve("report.json"), "old");
  }

  @Test
  void theTargetIsReplacedAndNothingElseIsLeft() throws IOException {
    AtomicFile.replace(target, out -> out.write("new".getBytes(UTF_8)));
    assertThat(target).hasContent("new");
    assertThat(files()).containsExactly(target);
  }

  @Test
  void contentOfAnySizeArrives() throws IOException {
    byte[] content = new byte[3_000_001];
    new Random(1).nextBytes(content);
    AtomicFile.replace(
        target,
        out -> {
          out.write(content[0]);
          out.write(content, 1, content.length - 1);
        });
    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void theCheckSeesTheWholeFileBesideTheOldOne() {
    AtomicFile.replace(
        target,
        out -> out.write("new".getBytes(UTF_8)),
        temporary -> {
          assertThat(temporary).hasContent("new").hasParent(folder);
          assertThat(temporary.getFileName().toString()).startsWith(".");
          assertThat(target).hasContent("old");
        });
    assertThat(target).hasContent("new");
  }

  @Test
  void aFullDiskLeavesTheOldFile() throws IOException {
    assertThatThrownBy(
            () ->
                AtomicFile.replace(
                    target,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining(target.toString())
        .hasMessageContaining("No space left on device");
    assertOld();
  }

  @Test
  void aFailedCheckLeavesTheOldFileAndIsPassedOn() throws IOException {
    PleasException failure = new PleasException("does not load");
    assertThatThrownBy(
            () ->
                AtomicFile.replace(
                    target,
                    out -> out.write(1),
                    temporary -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    assertOld();
  }

  @Test
  void anErrorOfTheMachineLeavesTheOldFile() throws IOException {
    assertThatThrownBy(
            () ->
                AtomicFile.replace(
                    target,
                    out -> {
                      throw new OutOfMemoryError("simulated");
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    assertOld();
  }

  @Test
  void interruptionLeavesTheOldFile() throws IOException {
    assertThatThrownBy(
            () ->
                AtomicFile.replace(
                    target,
                    out -> {
                      Thread.currentThread().interrupt();
                      out.write(new byte[100_000]);
                    }))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertOld();
  }

  @Test
  void aPairIsReplacedInOneStep() throws IOException {
    List<Path> placed = new ArrayList<>();
    for (String text : List.of("one", "two", "two")) {
      AtomicFile.replace(
          target,
          out -> out.write(text.getBytes(UTF_8)),
          (out, beside) -> out.write(beside.path().getFileName().toString().getBytes(UTF_8)),
          (temporary, beside) -> {
            assertThat(beside.path()).hasContent(text).hasParent(folder);
            assertThat(temporary).hasContent(beside.path().getFileName().toString());
            placed.add(beside.path());
          });
      Path last = placed.get(placed.size() - 1);
      assertThat(target).hasContent(last.getFileName().toString());
      assertThat(AtomicFile.isBeside(target, last)).isTrue();
      assertThat(AtomicFile.isBeside(folder.resolve("other"), last)).isFalse();
    }
    assertThat(placed.get(1)).isEqualTo(placed.get(2)).isNotEqualTo(placed.get(0));
    assertThat(files()).containsExactlyInAnyOrder(target, placed.get(0), placed.get(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alone", "pair"})
  void endingTheProgramLeavesTheOldFile(String kind) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process child =
        new ProcessBuilder(
                java,
                "-cp",
                folderOf(AtomicFile.class) + File.pathSeparator + folderOf(EndlessWrite.class),
                EndlessWrite.class.getName(),
                target.toString(),
                kind)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(child.inputReader().readLine()).isEqualTo("written");
      assertThat(files()).hasSize(kind.equals("pair") ? 3 : 2);
      child.destroy(); // as Ctrl-C does
      assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertOld();
  }

  /** A program that hangs while it checks what it wrote. */
  static final class EndlessWrite {
    public static void main(String[] arguments) {
      Path target = Path.of(arguments[0]);
      if (arguments[1].equals("pair")) {
        AtomicFile.replace(
            target, out -> out.write(1), (out, beside) -> out.write(2), (file, beside) -> hang());
      } else {
        AtomicFile.replace(target, out -> out.write(1), file -> hang());
      }
    }

    private static void hang() {
      System.out.println("written");
      try {
        Thread.sleep(60_000);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void aLinkIsFollowed() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    AtomicFile.replace(link, out -> out.write("new".getBytes(UTF_8)));
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("new");
  }

  @Test
  void whatCannotBeWrittenIsRefusedEarly() {
    assertRefused(folder, "is a folder");
    assertRefused(folder.resolve("missing/report.json"), "does not exist");
    assertRefused(target.resolve("report.json"), "is not a folder");
    Path device = Path.of("/dev/null");
    if (Files.exists(device)) {
      assertRefused(device, "not a regular file");
    }
  }

  @Test
  void aNameWithoutFolderMeansTheCurrentOne() {
    AtomicFile.requireWritable(Path.of("a-file-that-is-not-there"));
  }

  private void assertRefused(Path path, String why) {
    assertThatThrownBy(() -> AtomicFile.requireWritable(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(why);
  }

  private void assertOld() throws IOException {
    assertThat(target).hasContent("old");
    assertThat(files()).containsExactly(target);
  }

  private Stream<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().stream();
    }
  }

  private static Path folderOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
