package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DamagedModelTest {
  private static final int MUTATIONS = 6000;

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everyDamageIsRefusedOrHarmless() {
    Random random = new Random(11);
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
