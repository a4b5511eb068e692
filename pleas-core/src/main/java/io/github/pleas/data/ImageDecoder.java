package io.github.pleas.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes PNG, JPEG, WebP and BMP from memory. The format is told from the first bytes, not from
 * the file's name, and the dimensions are checked before anything of their size is allocated.
 */
final class ImageDecoder {
  /**
   * The most pixels that a byte of a file can stand for: deflate expands at most 1032 times, to
   * pixels of at least one bit; the other formats here, lossless WebP apart, expand less.
   */
  private static final long MAX_PIXELS_PER_BYTE = 1032 * 8;

  private ImageDecoder() {}

  /**
   * Decodes an image, the first if there are several.
   *
   * @param bytes the whole file
   * @return its pixels, grey or colour
   * @throws IOException if it is broken, of another format or too large, with a reason that can be
   *     shown to a user
   */
  static Pixels decode(byte[] bytes) throws IOException {
    Format format =
        Format.of(bytes)
            .orElseThrow(
                () ->
                    new IOException(
                        bytes.length == 0
                            ? "it is empty"
                            : "it is not a PNG, JPEG, WebP or BMP image"));
    ImageReader reader = reader(format);
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    try (MemoryCacheImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.setInput(stream, true, true);
      checkSize(format, reader.getWidth(0), reader.getHeight(0), bytes.length);
      BufferedImage image = reader.read(0, rawColours(reader));
      for (String warning : warnings) {
        // libjpeg's words; it makes up the rest of the pixels and goes on
        if (warning.toLowerCase(Locale.ROOT).contains("premature end")) {
          throw new IOException("the file is cut off");
        }
      }
      return RasterReader.read(image);
    } catch (IOException | RuntimeException e) {
      // the decoders answer a broken file with any runtime exception
      String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new IOException("not a readable " + format + ": " + reason, e);
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader reader(Format format) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.name());
    if (!readers.hasNext()) {
      throw new IOException("no decoder for " + format + " on the class path");
    }
    return readers.next();
  }

  private static void checkSize(Format format, int width, int height, int bytes)
      throws IOException {
    long pixels = (long) width * height;
    if (width < 1 || height < 1 || pixels > Pixels.MAX_PIXELS) {
      throw new IOException(
          "it has " + width + " x " + height + " pixels, more than " + Pixels.MAX_PIXELS);
    }
    if (format != Format.WEBP && pixels > MAX_PIXELS_PER_BYTE * bytes) {
      throw new IOException(
          "it claims "
              + width
              + " x "
              + height
              + " pixels, which cannot be in "
              + bytes
              + " bytes");
    }
  }

  /** Asks for the colours as stored: PIL, too, does not apply an embedded colour profile. */
  private static ImageReadParam rawColours(ImageReader reader) throws IOException {
    ImageReadParam param = reader.getDefaultReadParam();
    Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
    while (types.hasNext()) {
      ImageTypeSpecifier type = types.next();
      ColorSpace space = type.getColorModel().getColorSpace();
      if (space.getType() == ColorSpace.TYPE_RGB && !space.isCS_sRGB()) {
        param.setDestinationType(type);
      }
    }
    return param;
  }

  /** A format, told from a file's first bytes. */
  private enum Format {
    PNG,
    JPEG,
    WEBP,
    BMP;

    static Optional<Format> of(byte[] bytes) {
      if (has(bytes, 0, "\u0089PNG\r\n\u001a\n")) {
        return Optional.of(PNG);
      }
      if (has(bytes, 0, "\u00ff\u00d8\u00ff")) {
        return Optional.of(JPEG);
      }
      if (has(bytes, 0, "RIFF") && has(bytes, 8, "WEBP")) {
        return Optional.of(WEBP);
      }
      return has(bytes, 0, "BM") ? Optional.of(BMP) : Optional.empty();
    }

    private static boolean has(byte[] bytes, int offset, String signature) {
      byte[] expected = signature.getBytes(StandardCharsets.ISO_8859_1);
      if (bytes.length < offset + expected.length) {
        return false;
      }
      for (int i = 0; i < expected.length; i++) {
        if (bytes[offset + i] != expected[i]) {
          return false;
        }
      }
      return true;
    }
  }
}
