package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpareBuffersTest {
  private final SpareBuffers spare = new SpareBuffers();

  @AfterEach
  void clear() {
    spare.clear();
    assertThat(spare.bytes()).isZero();
  }

  private NativeBuffer given(long size) {
    NativeBuffer buffer = new NativeBuffer(size);
    spare.give(buffer);
    return buffer;
  }

  private static void assertFreed(NativeBuffer buffer) {
    assertThatThrownBy(buffer::bytes).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void oneIsTakenByItsSizeOnce() {
    NativeBuffer ten = given(10);
    given(20);
    assertThat(spare.bytes()).isEqualTo(30);
    assertThat(spare.take(11)).isEmpty();
    assertThat(spare.take(10)).containsSame(ten);
    assertThat(spare.take(10)).isEmpty();
    assertThat(spare.bytes()).isEqualTo(20);
    ten.close();
  }

  @Test
  void theSizeThatNoneWasGivenOfForLongestIsFreedFirst() {
    NativeBuffer ten = given(10);
    NativeBuffer twenty = given(20);
    NativeBuffer otherTen = given(10);
    spare.free(0, Optional.empty());
    spare.free(-5, Optional.empty());
    assertThat(spare.bytes()).isEqualTo(40);
    assertThat(spare.bytes(10)).isEqualTo(20);
    assertThat(spare.bytes(11)).isZero();
    spare.free(1, Optional.empty());
    assertFreed(twenty);
    spare.free(1, Optional.empty());
    assertFreed(ten);
    assertThat(spare.take(10)).containsSame(otherTen);
    otherTen.close();
  }

  @Test
  void thoseOfOneSizeMayStay() {
    NativeBuffer ten = given(10);
    NativeBuffer twenty = given(20);
    spare.free(30, Optional.of(10L));
    assertFreed(twenty);
    assertThat(spare.bytes()).isEqualTo(10);
    spare.clear();
    assertFreed(ten);
  }
}
