package io.github.pleas.data;

import static io.github.pleas.data.Encoded.bytes;
import static io.github.pleas.data.Encoded.encode;
import static io.github.pleas.data.Encoded.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private static final byte[] NONE = {};

  @Test
  void greySamplesAreTakenAsStored() throws IOException {
    Pixels image = ImageDecoder.decode(png(2, 2, 8, 0, NONE, bytes(0, 51, 102, 255)));
    assertThat(image.channels()).isEqualTo(1);
    assertThat(image.values()).containsExactly(0, 0.2f, 0.4f, 1);
  }

  @Test
  void lowDepthsAreScaledToOne() throws IOException {
    assertGreyOrEqual(png(1, 4, 1, 0, NONE, bytes(0b10110000)), 1, 0, 1, 1);
    assertGreyOrEqual(png(1, 4, 2, 0, NONE, bytes(0b00011011)), 0, 1 / 3f, 2 / 3f, 1);
    assertGreyOrEqual(png(1, 2, 4, 0, NONE, bytes(0x3f)), 0.2f, 1);
  }

  private static void assertGreyOrEqual(byte[] file, float... expected) throws IOException {
    assertThat(ImageDecoder.decode(file).toGrey().values())
        .containsExactly(expected, within(1e-6f));
  }

  @Test
  void sixteenBitSamplesKeepTheirPrecision() throws IOException {
    Pixels grey = ImageDecoder.decode(png(1, 2, 16, 0, NONE, bytes(0, 1, 0xff, 0xff)));
    assertThat(grey.values()).containsExactly(1 / 65535f, 1);
    Pixels colour = ImageDecoder.decode(png(1, 1, 16, 2, NONE, bytes(0x80, 0, 0, 0, 0x12, 0x34)));
    assertThat(colour.values()).containsExactly(0x8000 / 65535f, 0, 0x1234 / 65535f);
  }

  @Test
  void coloursComeInPlanesRedGreenBlue() throws IOException {
    Pixels image = ImageDecoder.decode(png(1, 2, 8, 2, NONE, bytes(255, 0, 51, 102, 153, 204)));
    assertThat(image.values()).containsExactly(1, 0.4f, 0, 0.6f, 0.2f, 0.8f);
  }

  @Test
  void alphaIsDroppedNotBlended() throws IOException {
    Pixels colour = ImageDecoder.decode(png(1, 1, 8, 6, NONE, bytes(255, 51, 102, 0)));
    assertThat(colour.values()).containsExactly(1, 0.2f, 0.4f);
    Pixels grey = ImageDecoder.decode(png(1, 2, 8, 4, NONE, bytes(255, 0, 51, 128)));
    assertThat(grey.values()).containsExactly(1, 0.2f);
  }

  @Test
  void palettesAreLookedUp() throws IOException {
    byte[] palette = bytes(255, 0, 0, 0, 51, 102);
    Pixels image = ImageDecoder.decode(png(1, 3, 8, 3, palette, bytes(1, 0, 1)));
    assertThat(image.values()).containsExactly(0, 1, 0, 0.2f, 0, 0.2f, 0.4f, 0, 0.4f);
    Pixels packed = ImageDecoder.decode(png(1, 3, 1, 3, palette, bytes(0b10100000)));
    assertThat(packed.values()).containsExactly(image.values());
  }

  @Test
  void bmpIsExactInEachOfItsLayouts() throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_INT_RGB}) {
      BufferedImage image = new BufferedImage(2, 1, type);
      image.setRGB(0, 0, 0xff3300);
      image.setRGB(1, 0, 0x0066cc);
      Pixels pixels = ImageDecoder.decode(encode(image, "bmp"));
      assertThat(pixels.values()).containsExactly(1, 0, 0.2f, 0.4f, 0, 0.8f);
    }
  }

  @Test
  void webpIsExactWhereItIsLossless() throws IOException {
    Pixels image = ImageDecoder.decode(Encoded.webp(2, 3, 255, 51, 102));
    assertThat(image)
        .extracting(Pixels::channels, Pixels::height, Pixels::width)
        .containsExactly(3, 2, 3);
    float[] expected = new float[18];
    Arrays.fill(expected, 0, 6, 1);
    Arrays.fill(expected, 6, 12, 0.2f);
    Arrays.fill(expected, 12, 18, 0.4f);
    assertThat(image.values()).containsExactly(expected);
  }

  @Test
  void jpegIsCloseInColourAndInGrey() throws IOException {
    BufferedImage colour = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    BufferedImage grey = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 256; i++) {
      colour.setRGB(i % 16, i / 16, 0x3366cc);
      grey.getRaster().setSample(i % 16, i / 16, 0, 102);
    }
    Pixels pixels = ImageDecoder.decode(encode(colour, "jpeg"));
    for (int i = 0; i < 256; i++) {
      assertThat(pixels.values()[i]).isCloseTo(0.2f, within(0.02f));
      assertThat(pixels.values()[256 + i]).isCloseTo(0.4f, within(0.02f));
      assertThat(pixels.values()[512 + i]).isCloseTo(0.8f, within(0.02f));
    }
    Pixels greyPixels = ImageDecoder.decode(encode(grey, "jpeg"));
    assertThat(greyPixels.channels()).isEqualTo(1);
    for (float value : greyPixels.values()) {
      assertThat(value).isCloseTo(0.4f, within(0.02f));
    }
  }

  @Test
  void anEmbeddedColourProfileChangesNothing() throws IOException {
    byte[] plain = encode(noise(), "jpeg");
    byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int headerEnd = 2 + 2 + ((plain[4] & 0xff) << 8 | plain[5] & 0xff); // SOI and JFIF segment
    out.write(plain, 0, headerEnd);
    int length = 2 + 14 + profile.length;
    out.writeBytes(bytes(0xff, 0xe2, length >> 8, length & 0xff));
    out.writeBytes("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(bytes(1, 1));
    out.writeBytes(profile);
    out.write(plain, headerEnd, plain.length - headerEnd);
    assertThat(ImageDecoder.decode(out.toByteArray()).values())
        .containsExactly(ImageDecoder.decode(plain).values(), within(1.1f / 255));
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "bmp"})
  void aTruncatedImageIsUnreadableAtAnyLength(String format) {
    byte[] whole = encode(noise(), format);
    for (int length = 0; length < whole.length * 9 / 10; length += 1 + whole.length / 50) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> ImageDecoder.decode(part))
          .as("%s cut to %d of %d bytes", format, length, whole.length)
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "bmp"})
  void damagedBytesNeverThrowAnythingButAnIoException(String format) {
    byte[] whole = encode(noise(), format);
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      byte[] damaged = whole.clone();
      for (int i = 0; i < 4; i++) {
        damaged[random.nextInt(Math.min(400, damaged.length))] = (byte) random.nextInt(256);
      }
      try {
        assertThat(ImageDecoder.decode(damaged).values()).isNotEmpty();
      } catch (IOException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  private static BufferedImage noise() {
    BufferedImage image = new BufferedImage(48, 40, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int i = 0; i < 48 * 40; i++) {
      image.setRGB(i % 48, i / 48, random.nextInt(1 << 24));
    }
    return image;
  }

  @Test
  void hugeDimensionsAreRefusedBeforeAnythingIsAllocated() {
    byte[] png = png(60_000, 60_000, 16, 6, NONE, NONE);
    assertThatThrownBy(() -> ImageDecoder.decode(png))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("60000 x 60000");
    byte[] claimed = png(8_000, 8_000, 8, 0, NONE, NONE);
    byte[] small = Arrays.copyOf(claimed, 100);
    assertThatThrownBy(() -> ImageDecoder.decode(small))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be in");
    assertThatThrownBy(() -> ImageDecoder.decode(Encoded.webp(16_384, 16_384, 0, 0, 0)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("16384 x 16384");
  }

  @Test
  void otherFormatsAreNamedAsSuch() {
    assertThatThrownBy(() -> ImageDecoder.decode("GIF89a....".getBytes(StandardCharsets.US_ASCII)))
        .hasMessage("it is not a PNG, JPEG, WebP or BMP image");
    assertThatThrownBy(() -> ImageDecoder.decode(NONE)).hasMessage("it is empty");
  }
}
