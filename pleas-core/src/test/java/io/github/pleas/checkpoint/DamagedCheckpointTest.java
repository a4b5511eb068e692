package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damaged and hostile files end in a message or in a read, soon and in little memory. Some hundred
 * of each format are tried; {@code -Dpleas.fuzz=10000} tries as many, and {@code -Dpleas.fuzz.seed}
 * others.
 */
class DamagedCheckpointTest {
  private static final Path MADE = Path.of("src/test/resources/checkpoint");
  private static final int COUNT = Integer.getInteger("pleas.fuzz", 300);
  private static final long SEED = Long.getLong("pleas.fuzz.seed", 1);

  // What a damaged file may take at most: the steps of a pickle are limited, not only its bytes.
  private static final long MOST_BYTES = 700_000_000;
  private static final double MOST_SECONDS = 10;

  @TempDir Path folder;

  /** The kinds of files, and the undamaged ones of each. */
  enum Format {
    SAFETENSORS("[a-z0-9]+\\.safetensors"),
    SHARDED("model\\.safetensors\\.index\\.json"),
    TORCH_ZIP(".*(?<!-old|script)\\.pth"),
    TORCH_OLD(".*-old\\.pth");

    private final String names;

    Format(String names) {
      this.names = names;
    }

    List<Path> files() throws IOException {
      try (Stream<Path> files = Files.walk(MADE)) {
        return files.filter(file -> file.getFileName().toString().matches(names)).sorted().toList();
      }
    }
  }

  @BeforeEach
  void shards() throws IOException {
    for (int i = 1; i <= 2; i++) {
      String shard = "model-0000" + i + "-of-00002.safetensors";
      Files.copy(MADE.resolve("sharded").resolve(shard), folder.resolve(shard));
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  @Timeout(value = 3600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everyDamageIsRefusedOrHarmless(Format format) throws IOException {
    List<byte[]> whole = new ArrayList<>();
    for (Path file : format.files()) {
      whole.add(Files.readAllBytes(file));
    }
    assertThat(whole).isNotEmpty();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Path path =
        folder.resolve(format == Format.SHARDED ? "model.safetensors.index.json" : "damaged");
    int refused = 0;
    long mostBytes = 0;
    double mostSeconds = 0;
    for (int i = 0; i < COUNT; i++) {
      long seed = SEED * 1_000_003 + i;
      Files.write(path, new Damage(seed).damaged(whole.get(i % whole.size())));
      long bytes = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      try {
        read(path);
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageContaining(folder.toString());
        refused++;
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError(format + ", seed " + seed + ": " + e, e);
      }
      mostBytes = Math.max(mostBytes, threads.getCurrentThreadAllocatedBytes() - bytes);
      mostSeconds = Math.max(mostSeconds, (System.nanoTime() - start) / 1e9);
      assertThat(mostBytes).as("bytes for seed %s", seed).isLessThan(MOST_BYTES);
      assertThat(mostSeconds).as("seconds for seed %s", seed).isLessThan(MOST_SECONDS);
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %,d damaged files: %,d refused, %,d read; at most %.2f s and %,d MB for one%n",
        format,
        COUNT,
        refused,
        COUNT - refused,
        mostSeconds,
        mostBytes / 1_000_000);
    assertThat(refused).isGreaterThan(COUNT / 4).isLessThan(COUNT);
    assertThat(Path.of("x")).doesNotExist();
  }

  private static void read(Path path) throws IOException {
    try (StateDict dict = Checkpoints.open(path, Optional.empty())) {
      dict.aliases();
      for (StateDict.Entry entry : dict.entries()) {
        dict.read(entry.name());
        try (InputStream in = dict.open(entry.name())) {
          in.transferTo(OutputStream.nullOutputStream());
        }
      }
    }
  }
}
