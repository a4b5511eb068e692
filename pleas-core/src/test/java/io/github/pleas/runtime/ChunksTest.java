package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ChunksTest {
  @Property
  void groupsAreWholeBatchesInOrder(
      @ForAll @IntRange(min = 1, max = 500) int images,
      @ForAll @IntRange(min = 1, max = 200) int size) {
    Chunks chunks = new Chunks(images, size, false);
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      int group = chunks.group(chunk);
      assertThat(chunks.start(chunk))
          .isBetween(chunks.groupStart(group), chunks.groupStart(group + 1) - 1);
    }
    assertThat(chunks.groupStart(0)).isZero();
    assertThat(chunks.groupStart(chunks.groups())).isEqualTo(images);
  }

  /** What begins where a group does has the same groups from there on. */
  @Property
  void partsOfWholeGroupsHaveTheSameGroups(
      @ForAll @IntRange(min = 1, max = 500) int images,
      @ForAll @IntRange(min = 1, max = 200) int size,
      @ForAll @IntRange(min = 0, max = 20) int from) {
    Chunks chunks = new Chunks(images, size, false);
    int first = from % chunks.groups();
    int begin = chunks.groupStart(first);
    Chunks part = new Chunks(images - begin, size, false);
    assertThat(part.groups()).isEqualTo(chunks.groups() - first);
    for (int group = 0; group <= part.groups(); group++) {
      assertThat(begin + part.groupStart(group)).isEqualTo(chunks.groupStart(first + group));
    }
  }
}
