package io.github.pleas.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * Takes the samples out of a decoded image as they were stored: no colour space is applied (Java's
 * own conversion would brighten grey images), alpha is left behind.
 */
final class RasterReader {
  private RasterReader() {}

  /**
   * Reads an image.
   *
   * @return its pixels, each sample of b bits divided by 2^b - 1
   * @throws IOException if its samples are not unsigned integers in one or three colours
   */
  static Pixels read(BufferedImage image) throws IOException {
    int type = image.getRaster().getTransferType();
    if (type != DataBuffer.TYPE_BYTE
        && type != DataBuffer.TYPE_USHORT
        && type != DataBuffer.TYPE_INT) {
      throw new IOException("its samples are not unsigned integers");
    }
    image.coerceData(false);
    if (image.getColorModel() instanceof IndexColorModel palette) {
      return readPalette(image.getRaster(), palette);
    }
    int colours = image.getColorModel().getNumColorComponents();
    if (colours != 1 && colours != 3) {
      throw new IOException("it has " + colours + " colours, expected 1 or 3");
    }
    Raster raster = image.getRaster();
    int height = raster.getHeight();
    int width = raster.getWidth();
    float[] values = new float[colours * height * width];
    for (int band = 0; band < colours; band++) {
      if (raster.getDataBuffer() instanceof DataBufferByte bytes
          && raster.getSampleModel() instanceof PixelInterleavedSampleModel model
          && raster.getParent() == null) {
        readBytes(bytes.getData(), bytes.getOffset(), model, band, values);
      } else {
        readSamples(raster, band, values);
      }
    }
    return new Pixels(colours, height, width, values);
  }

  private static void readBytes(
      byte[] bytes, int offset, PixelInterleavedSampleModel model, int band, float[] values) {
    int width = model.getWidth();
    int height = model.getHeight();
    int step = model.getPixelStride();
    int to = band * height * width;
    for (int y = 0; y < height; y++) {
      int from = offset + y * model.getScanlineStride() + model.getBandOffsets()[band];
      for (int x = 0; x < width; x++, from += step) {
        values[to++] = (bytes[from] & 0xff) / 255f;
      }
    }
  }

  private static void readSamples(Raster raster, int band, float[] values) {
    int width = raster.getWidth();
    float max = (1L << raster.getSampleModel().getSampleSize(band)) - 1;
    int[] row = new int[width];
    int to = band * raster.getHeight() * width;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, band, row);
      for (int sample : row) {
        values[to++] = sample / max;
      }
    }
  }

  private static Pixels readPalette(Raster raster, IndexColorModel palette) throws IOException {
    int width = raster.getWidth();
    int plane = raster.getHeight() * width;
    byte[] reds = new byte[palette.getMapSize()];
    byte[] greens = new byte[reds.length];
    byte[] blues = new byte[reds.length];
    palette.getReds(reds);
    palette.getGreens(greens);
    palette.getBlues(blues);
    float[] values = new float[3 * plane];
    int[] row = new int[width];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, 0, row);
      for (int index : row) {
        if (index >= reds.length) {
          throw new IOException("a pixel has colour " + index + " of a palette of " + reds.length);
        }
        values[to] = (reds[index] & 0xff) / 255f;
        values[plane + to] = (greens[index] & 0xff) / 255f;
        values[2 * plane + to] = (blues[index] & 0xff) / 255f;
        to++;
      }
    }
    return new Pixels(3, raster.getHeight(), width, values);
  }
}
