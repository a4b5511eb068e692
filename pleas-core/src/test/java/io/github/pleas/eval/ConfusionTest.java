package io.github.pleas.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfusionTest {
  private static Logits logits(int images, int classes, Random random) {
    float[] values = new float[images * classes];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return new Logits(images, classes, values);
  }

  private static int[] labels(int images, int classes, Random random) {
    return random.ints(images, 0, classes).toArray();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void cellsAddUpToTheImagesAndTheDiagonalToTheAccuracy(long seed) {
    Random random = new Random(seed);
    Logits logits = logits(200, 7, random);
    int[] labels = labels(200, 7, random);
    Confusion confusion = Confusion.of(logits, labels, 0);
    List<Confusion.Cell> cells = confusion.cells();
    assertThat(cells.stream().mapToInt(Confusion.Cell::images).sum()).isEqualTo(200);
    int right =
        cells.stream()
            .filter(cell -> cell.label() == cell.answer())
            .mapToInt(Confusion.Cell::images)
            .sum();
    assertThat(new Accuracy(right, 200)).isEqualTo(logits.accuracy(labels, 0));
    assertThat(confusion.byClass().stream().reduce(Accuracy::plus))
        .hasValue(logits.accuracy(labels, 0));
    assertThat(cells).isSortedAccordingTo((x, y) -> y.images() - x.images());
  }

  @Test
  void theClassesOfTwoNetworksFollowEachOther() {
    Random random = new Random(4);
    Logits a = logits(50, 3, random);
    Logits b = logits(60, 4, random);
    int[] ofA = labels(50, 3, random);
    int[] ofB = labels(60, 4, random);
    Confusion both = Confusion.shifted(a, ofA, 0, 0, 7).plus(Confusion.shifted(b, ofB, 3, 3, 7));
    // each within its own classes, and as right as by itself
    assertThat(both.cells()).allMatch(cell -> cell.label() < 3 == cell.answer() < 3);
    List<Accuracy> byClass = both.byClass();
    assertThat(byClass.subList(0, 3).stream().reduce(Accuracy::plus)).hasValue(a.accuracy(ofA, 0));
    assertThat(byClass.subList(3, 7).stream().reduce(Accuracy::plus)).hasValue(b.accuracy(ofB, 0));
  }
}
