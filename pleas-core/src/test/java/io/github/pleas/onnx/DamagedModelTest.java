package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.pleas.InvalidInputException;
import io.github.pleas.network.GraphBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged models are read or refused. {@code -Dpleas.fuzz=N} tries as many, {@code
 * -Dpleas.fuzz.seed} others.
 */
class DamagedModelTest {
  private static final int MUTATIONS = Integer.getInteger("pleas.fuzz", 6000);
  private static final int WITH_DATA = Integer.getInteger("pleas.fuzz", 600);
  private static final long SEED = Long.getLong("pleas.fuzz.seed", 11);

  @TempDir private Path folder;

  @Test
  void everyDamageIsRefusedOrHarmless() {
    assertTimeoutPreemptively(limit(MUTATIONS, 6000), this::damageModels);
  }

  /** A minute for so many as are tried usually. */
  private static Duration limit(int count, int usual) {
    return Duration.ofMinutes(Math.max(1, (count + usual - 1) / usual));
  }

  private void damageModels() {
    Random random = new Random(SEED);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] model = OnnxWriter.toBytes(new RandomGraphs(i % 20).graph());
      byte[] damaged = damage(model, random);
      try {
        Graph graph = OnnxReader.parse(damaged, "damaged.onnx");
        List<Node> again = OnnxReader.parse(OnnxWriter.toBytes(graph), "again").nodes();
        assertThat(again.equals(graph.nodes())).as("mutation %s", i).isTrue();
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageStartingWith("damaged.onnx");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(MUTATIONS / 10);
  }

  @Test
  void soIsEveryDamageOfModelsWithExternalData() {
    assertTimeoutPreemptively(limit(WITH_DATA, 600), this::damageModelsWithData);
  }

  private void damageModelsWithData() throws IOException {
    Random random = new Random(SEED);
    Path outside = Files.write(folder.resolve("outside"), new byte[1 << 16]);
    Path inside = Files.createDirectory(folder.resolve("model"));
    Path file = inside.resolve("damaged.onnx");
    int refused = 0;
    for (int i = 0; i < WITH_DATA; i++) {
      Path written = inside.resolve("whole.onnx");
      ModelFiles files = OnnxWriter.write(withLargeWeights(i), written, ready -> {}, 8_000);
      byte[] model = Files.readAllBytes(written);
      files.data().ifPresent(data -> damage(data.path(), random));
      Files.write(file, damage(model, random));
      assertThat(OnnxReader.files(file)).allMatch(named -> !named.equals(outside));
      try {
        OnnxReader.read(file);
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageStartingWith(file.toString());
        refused++;
      }
      files.data().ifPresent(data -> data.path().toFile().delete());
    }
    assertThat(refused).isGreaterThan(WITH_DATA / 10);
  }

  /** 17 KB of weights, 14 of them in one matrix. */
  private static Graph withLargeWeights(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.relu(g.gemm(g.relu(g.gemm(g.input("x", 6), 6, 60)), 60, 60));
    return g.build(g.gemm(h, 60, 3));
  }

  /** Cuts off every other file. */
  private static void damage(Path data, Random random) {
    try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
      if (random.nextBoolean()) {
        channel.truncate(random.nextLong(channel.size() + 1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] damage(byte[] model, Random random) {
    byte[] damaged = model.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        return Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      case 1 -> {
        int at = random.nextInt(damaged.length);
        int length = Math.min(random.nextInt(16), damaged.length - at);
        System.arraycopy(model, random.nextInt(model.length - length), damaged, at, length);
      }
      default -> {
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
          damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    return damaged;
  }
}
