package io.github.pleas.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import java.nio.BufferOverflowException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImagesTest {
  private static final Preprocessing TWO_PIXELS = Preprocessing.plain(1, 1, 2);

  /** A dataset whose image i is [i, -i], of label i % 3, but for some that cannot be read. */
  private record Numbers(int size, Set<Integer> broken) implements Dataset {
    @Override
    public String name() {
      return "numbers";
    }

    @Override
    public int classCount() {
      return 3;
    }

    @Override
    public List<String> classes() {
      return List.of("0", "1", "2");
    }

    @Override
    public boolean isLabelled() {
      return true;
    }

    @Override
    public int label(int index) {
      return index % 3;
    }

    @Override
    public String describe(int index) {
      return "number " + index;
    }

    @Override
    public float[] image(int index, Preprocessing preprocessing) {
      if (broken.contains(index)) {
        throw new UnreadableImageException(describe(index), "broken on purpose");
      }
      return new float[] {index, -index};
    }

    @Override
    public String digest() {
      return "";
    }

    @Override
    public void close() {
      // nothing is open
    }
  }

  private static Images load(Dataset dataset, int samples, long seed, int threads) {
    return Images.load(dataset, samples, seed, TWO_PIXELS, threads, ImageListener.NONE);
  }

  private static void assertHoldsItsImages(Images images) {
    FloatBuffer target = FloatBuffer.allocate(2 * images.size());
    images.copyTo(0, images.size(), target);
    int[] indices = images.indices();
    for (int i = 0; i < images.size(); i++) {
      assertThat(target.get(2 * i)).isEqualTo(indices[i]);
      assertThat(target.get(2 * i + 1)).isEqualTo(-indices[i]);
      assertThat(images.label(i)).isEqualTo(indices[i] % 3);
    }
  }

  @Test
  void domainsThatAreLaidOutAlikeAreDrawnEachOnItsOwn() {
    assertThat(Images.seedOf(17, 0)).isEqualTo(17);
    Numbers laidOutAlike = new Numbers(1000, Set.of());
    try (Images first = load(laidOutAlike, 100, Images.seedOf(17, 0), 1);
        Images second = load(laidOutAlike, 100, Images.seedOf(17, 1), 1);
        Images again = load(laidOutAlike, 100, Images.seedOf(17, 1), 1);
        Images third = load(laidOutAlike, 100, Images.seedOf(17, 2), 1)) {
      assertThat(again.indices()).containsExactly(second.indices());
      // Two draws of 100 of 1,000 share 10 by chance, with a deviation of 2.9.
      assertThat(shared(first, second)).isBetween(1L, 30L);
      assertThat(shared(first, third)).isBetween(1L, 30L);
      assertThat(shared(second, third)).isBetween(1L, 30L);
    }
  }

  private static long shared(Images one, Images other) {
    return Arrays.stream(one.indices())
        .filter(index -> Arrays.stream(other.indices()).anyMatch(own -> own == index))
        .count();
  }

  @Test
  void aSeedGivesTheSameImagesForAnyNumberOfThreads() {
    Numbers numbers = new Numbers(1000, Set.of(3, 500, 501, 502));
    try (Images one = load(numbers, 400, 9, 1);
        Images four = load(numbers, 400, 9, 4);
        Images other = load(numbers, 400, 10, 1)) {
      assertThat(four.indices()).containsExactly(one.indices());
      assertThat(four.skipped()).isEqualTo(one.skipped());
      assertThat(other.indices()).isNotEqualTo(one.indices());
      assertHoldsItsImages(one);
      assertHoldsItsImages(four);
    }
  }

  @Test
  void imagesAreDrawnOnceEachAndASmallerSampleBeginsALargerOne() {
    Numbers numbers = new Numbers(300, Set.of());
    try (Images small = load(numbers, 50, 4, 2);
        Images all = load(numbers, 0, 4, 2);
        Images more = load(numbers, 9999, 4, 2)) {
      assertThat(small.indices()).doesNotHaveDuplicates();
      assertThat(Arrays.copyOf(all.indices(), 50)).containsExactly(small.indices());
      assertThat(more.indices()).containsExactly(all.indices());
      assertThat(IntStream.of(all.indices()).sorted().toArray())
          .containsExactly(IntStream.range(0, 300).toArray());
    }
  }

  /** Each image is drawn with probability 1/4: over 2000 seeds 500 times, standard deviation 19. */
  @Test
  void samplingIsUniform() {
    int[] drawn = new int[12];
    Numbers numbers = new Numbers(12, Set.of());
    for (int seed = 0; seed < 2000; seed++) {
      try (Images images = load(numbers, 3, seed, 1)) {
        IntStream.of(images.indices()).forEach(index -> drawn[index]++);
      }
    }
    for (int count : drawn) {
      assertThat(count).isBetween(500 - 100, 500 + 100);
    }
  }

  @Test
  void unreadableImagesAreNamedAndReplacedWhileThereAreOthers() {
    Set<Integer> broken = Set.of(0, 1, 2, 3, 4);
    try (Images images = load(new Numbers(60, broken), 50, 1, 3)) {
      assertThat(images.size()).isEqualTo(50);
      assertThat(IntStream.of(images.indices()).anyMatch(broken::contains)).isFalse();
      assertThat(images.indices()).doesNotHaveDuplicates();
      assertThat(images.skipped()).isNotEmpty().allMatch(m -> m.contains("broken on purpose"));
      assertHoldsItsImages(images);
    }
    try (Images all = load(new Numbers(60, broken), 0, 1, 3)) {
      assertThat(all.size()).isEqualTo(55);
      assertThat(all.skipped()).hasSize(5);
      assertHoldsItsImages(all);
    }
  }

  @Test
  void tooManyUnreadableImagesAreAnError() {
    Set<Integer> ten = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    try (Images images = load(new Numbers(100, ten), 0, 1, 2)) {
      assertThat(images.skipped()).hasSize(10);
    }
    Set<Integer> eleven = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThatThrownBy(() -> load(new Numbers(100, eleven), 0, 1, 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("numbers", "more than 10 of", "number ", "broken on purpose");
    try (Images images = load(new Numbers(2000, eleven), 0, 1, 2)) { // 1 % of 2000 is 20
      assertThat(images.skipped()).hasSize(11);
    }
    assertThatThrownBy(() -> load(new Numbers(2, Set.of(0, 1)), 0, 1, 2))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none of the 2 images can be read");
  }

  @Test
  void progressRisesByOneToTheTotal() {
    List<Integer> seen = new ArrayList<>(); // calls come one at a time, so no lock is needed
    ImageListener listener =
        (done, total) -> {
          assertThat(total).isEqualTo(80);
          seen.add(done);
        };
    Images.load(new Numbers(100, Set.of(5, 6)), 80, 2, TWO_PIXELS, 4, listener).close();
    assertThat(seen).containsExactlyElementsOf(IntStream.rangeClosed(1, 80).boxed().toList());
  }

  @Test
  void aFailureOfTheListenerEndsTheLoading() {
    ImageListener listener =
        (done, total) -> {
          throw new IllegalStateException("enough");
        };
    assertThatThrownBy(() -> Images.load(new Numbers(100, Set.of()), 0, 2, TWO_PIXELS, 2, listener))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("enough");
  }

  @Test
  void copyingChecksItsRange() {
    Images images = load(new Numbers(10, Set.of()), 4, 1, 1);
    FloatBuffer target = FloatBuffer.allocate(8).position(2);
    images.copyTo(1, 3, target);
    assertThat(target.position()).isEqualTo(8);
    assertThat(target.get(2)).isEqualTo(images.indices()[1]);
    assertThatThrownBy(() -> images.copyTo(2, 3, FloatBuffer.allocate(20)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> images.copyTo(0, 4, FloatBuffer.allocate(7)))
        .isInstanceOf(BufferOverflowException.class);
    images.close();
    assertThatThrownBy(() -> images.copyTo(0, 1, FloatBuffer.allocate(20)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void rowsGoThroughManyChunksUnchanged() {
    int length = 5_000_000; // three rows to a chunk
    FloatStore store = new FloatStore(5, length);
    float[] row = new float[length];
    for (int i = 0; i < 5; i++) {
      row[0] = i;
      row[length - 1] = 10 + i;
      store.put(i, row);
    }
    for (int i = 0; i < 5; i++) {
      FloatBuffer target = FloatBuffer.allocate(length);
      store.get(i, target);
      assertThat(target.get(0)).isEqualTo(i);
      assertThat(target.get(length - 1)).isEqualTo(10 + i);
    }
  }
}
