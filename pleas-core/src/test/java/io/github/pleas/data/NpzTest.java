package io.github.pleas.data;

import static io.github.pleas.data.Encoded.bytes;
import static io.github.pleas.data.Encoded.floats;
import static io.github.pleas.data.Encoded.longs;
import static io.github.pleas.data.Encoded.npy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzTest {
  @TempDir private Path temp;

  private Dataset open(Map<String, byte[]> arrays, Split split) throws IOException {
    return Datasets.open(Encoded.zip(temp.resolve("data.npz"), arrays), split);
  }

  private float[] first(byte[] x, int channels, int height, int width) throws IOException {
    try (Dataset dataset = open(Map.of("x.npy", x), Split.TEST)) {
      return dataset.image(0, Preprocessing.plain(channels, height, width));
    }
  }

  private void refused(Map<String, byte[]> arrays, String... parts) {
    assertThatThrownBy(() -> open(arrays, Split.TRAIN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts);
  }

  private void refused(byte[] x, String... parts) {
    refused(Map.of("x.npy", x), parts);
  }

  @Test
  void channelsMayComeFirstOrLast() throws IOException {
    byte[] firstData = bytes(0, 51, 102, 153, 204, 255);
    float[] expected = {0, 0.2f, 0.4f, 0.6f, 0.8f, 1};
    assertThat(first(npy("|u1", "(1, 3, 1, 2)", firstData), 3, 1, 2)).containsExactly(expected);
    byte[] lastData = bytes(0, 102, 204, 51, 153, 255);
    assertThat(first(npy("|u1", "(1, 1, 2, 3)", lastData), 3, 1, 2)).isNotEqualTo(expected);
    // [1, 2, 1, 3] can only have its channels last
    assertThat(first(npy("|u1", "(1, 2, 1, 3)", lastData), 3, 2, 1)).containsExactly(expected);
  }

  @Test
  void alphaIsDropped() throws IOException {
    assertThat(first(npy("|u1", "(1, 2, 1, 4)", bytes(0, 51, 102, 9, 153, 204, 255, 9)), 3, 2, 1))
        .containsExactly(0, 0.6f, 0.2f, 0.8f, 0.4f, 1);
  }

  @Test
  void everyElementTypeIsReadAsWhatItMeans() throws IOException {
    assertThat(first(npy("<f4", "(1, 1, 2)", floats(0.25f, 1)), 1, 1, 2)).containsExactly(0.25f, 1);
    byte[] doubles = longs(Double.doubleToLongBits(0.5), Double.doubleToLongBits(0.125));
    assertThat(first(npy("<f8", "(1, 1, 2)", doubles), 1, 1, 2)).containsExactly(0.5f, 0.125f);
    assertThat(first(npy("|b1", "(1, 1, 2)", bytes(1, 0)), 1, 1, 2)).containsExactly(1, 0);
    assertThat(first(npy("<i2", "(1, 1, 2)", bytes(51, 0, 255, 0)), 1, 1, 2))
        .containsExactly(0.2f, 1);
    assertThat(first(npy("<i4", "(1, 1, 1)", bytes(51, 0, 0, 0)), 1, 1, 1)).containsExactly(0.2f);
    assertThat(first(npy("<i8", "(1, 1, 1)", longs(51)), 1, 1, 1)).containsExactly(0.2f);
  }

  @Test
  void laterHeaderVersionsHaveALongerLengthField() throws IOException {
    byte[] one = npy("|u1", "(1, 1, 2)", bytes(0, 255));
    byte[] two = new byte[one.length + 2];
    System.arraycopy(one, 0, two, 0, 10);
    System.arraycopy(one, 10, two, 12, one.length - 10);
    for (int version : new int[] {2, 3}) {
      two[6] = (byte) version;
      assertThat(first(two, 1, 1, 2)).containsExactly(0, 1);
    }
    two[6] = 4;
    refused(two, "version is 4");
  }

  @Test
  void splitsAndLabelsAreFoundByName() throws IOException {
    Map<String, byte[]> arrays =
        Map.of(
            "x_train.npy", npy("|u1", "(2, 1, 1)", bytes(1, 2)),
            "y_train.npy", npy("|u1", "(2, 1)", bytes(0, 2)),
            "x_test.npy", npy("|u1", "(1, 1, 1)", bytes(3)),
            "y_test.npy", npy("<i4", "(1,)", bytes(4, 0, 0, 0)));
    try (Dataset train = open(arrays, Split.TRAIN);
        Dataset test = Datasets.open(temp.resolve("data.npz"), Split.TEST)) {
      assertThat(train.size()).isEqualTo(2);
      assertThat(train.label(1)).isEqualTo(2);
      assertThat(train.name()).isEqualTo("data.npz (train)");
      assertThat(test.size()).isEqualTo(1);
      assertThat(test.label(0)).isEqualTo(4);
      assertThat(train.classCount()).isEqualTo(5).isEqualTo(test.classCount());
      assertThat(test.describe(0)).endsWith("data.npz!x_test[0]");
    }
  }

  @Test
  void labelsAreOptional() throws IOException {
    try (Dataset dataset = open(Map.of("x.npy", npy("|u1", "(1, 1, 1)", bytes(1))), Split.TRAIN)) {
      assertThat(dataset.isLabelled()).isFalse();
      assertThat(dataset.classCount()).isZero();
    }
  }

  @Test
  void labelsThatDoNotFitAreRefused() {
    byte[] x = npy("|u1", "(2, 1, 1)", bytes(1, 2));
    refused(
        Map.of("x.npy", x, "y.npy", npy("|u1", "(3,)", bytes(0, 1, 2))), "2 images", "3 labels");
    refused(Map.of("x.npy", x, "y.npy", npy("<f4", "(2,)", floats(0, 1))), "integers");
    refused(Map.of("x.npy", x, "y.npy", npy("|u1", "(2, 2)", bytes(0, 1, 1, 0))), "[2, 2]");
    refused(Map.of("x.npy", x, "y.npy", npy("<i8", "(2,)", longs(0, -1))), "label 1 is -1");
    refused(Map.of("x.npy", x, "y.npy", npy("<i8", "(2,)", longs(1L << 40, 0))), "label 0");
  }

  @Test
  void floatsOutsideZeroToOneAreRefusedButForRounding() throws IOException {
    refused(npy("<f4", "(2, 1, 1)", floats(0.5f, 200)), "image 1", "200.0", "0 to 1");
    refused(npy("<f4", "(1, 1, 1)", floats(-1)), "-1.0");
    refused(npy("<i2", "(1, 1, 1)", bytes(0, 1)), "256.0");
    assertThat(first(npy("<f4", "(1, 1, 2)", floats(1.00001f, -0.00001f)), 1, 1, 2))
        .containsExactly(new float[] {1, 0}, within(2e-5f));
  }

  @Test
  void valuesThatAreNotNumbersMakeTheirImageUnreadable() throws IOException {
    byte[] x = npy("<f4", "(3, 1, 2)", floats(0, 1, 0, Float.NaN, Float.POSITIVE_INFINITY, 0));
    try (Dataset dataset = open(Map.of("x.npy", x), Split.TRAIN)) {
      Preprocessing preprocessing = Preprocessing.plain(1, 1, 2);
      assertThat(dataset.image(0, preprocessing)).containsExactly(0, 1);
      assertThatThrownBy(() -> dataset.image(1, preprocessing))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContainingAll("x[1]", "column 1", "NaN");
      assertThatThrownBy(() -> dataset.image(2, preprocessing))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContainingAll("x[2]", "Infinity");
    }
  }

  @Test
  void aHeaderThatDoesNotFitItsBytesIsRefused() {
    refused(npy("|u1", "(3, 1, 2)", bytes(1, 2, 3)), "ends inside slice 1");
    refused(npy("|u1", "(1, 1, 2)", bytes(1, 2, 3)), "more bytes follow");
    refused(npy("|u1", "(2000000000, 1000, 1000)", bytes(1)), "more than the file can hold");
    refused(npy("<f8", "(1, 2147483647, 2147483647)", bytes(1)), "more than the file can hold");
    refused(npy("|u1", "(99999999999, 1, 1)", bytes(1)), "99999999999");
    refused(npy("|u1", "(0, 28, 28)", bytes()), "no elements");
    refused(npy("|u1", "()", bytes(1)), "no elements");
    refused(Arrays.copyOf(npy("|u1", "(1, 1, 1)", bytes(1)), 30), "ends inside its header");
    refused(bytes(1, 2, 3, 4, 5, 6, 7, 8), "not a NumPy array");
  }

  @Test
  void whatIsNotSupportedIsNamed() {
    refused(npy("<f4", "True", "(1, 1, 1)", floats(0)), "Fortran");
    refused(npy(">f4", "(1, 1, 1)", floats(0)), ">f4", "expected");
    refused(npy("|O", "(1, 1, 1)", bytes(0)), "|O");
    refused(npy("|u1", "(1, 2, 2, 2)", bytes(0, 0, 0, 0, 0, 0, 0, 0)), "[1, 2, 2, 2]", "[n, h, w]");
    refused(Map.of("images.npy", npy("|u1", "(1, 1, 1)", bytes(0))), "images.npy", "x_train");
    byte[] x = npy("|u1", "(1, 1, 1)", bytes(0));
    refused(Map.of("x.npy", x, "x_train.npy", x), "both");
  }

  @Test
  void aFileCutOffOrDamagedAnywhereIsRefused() throws IOException {
    byte[] data = new byte[600];
    new Random(5).nextBytes(data);
    byte[] x = npy("|u1", "(6, 10, 10)", data);
    byte[] whole = Files.readAllBytes(Encoded.zip(temp.resolve("w.npz"), Map.of("x.npy", x)));
    Path broken = temp.resolve("broken.npz");
    for (int length = 0; length < whole.length; length += 17) {
      Files.write(broken, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Datasets.open(broken, Split.TRAIN))
          .isInstanceOf(InvalidInputException.class);
    }
    byte[] flipped = whole.clone();
    flipped[400] ^= 1;
    Files.write(broken, flipped);
    assertThatThrownBy(() -> Datasets.open(broken, Split.TRAIN))
        .isInstanceOf(InvalidInputException.class);
  }
}
