package io.github.pleas.examples;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;

/** Stands for whatever has data: reads the grey images of a zip. */
final class GreyImages {
  private GreyImages() {}

  /** Every PNG file below {@code train/}: its pixels, row by row, from -1 to 1. */
  static List<float[]> of(Path zip) throws IOException {
    List<float[]> images = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().matches("train/.*\\.png")) {
          images.add(pixels(in.readAllBytes()));
        }
      }
    }
    return images;
  }

  private static float[] pixels(byte[] png) throws IOException {
    Raster raster = ImageIO.read(new ByteArrayInputStream(png)).getRaster();
    float[] values =
        raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (float[]) null);
    for (int i = 0; i < values.length; i++) {
      values[i] = (values[i] / 255 - 0.5f) / 0.5f;
    }
    return values;
  }
}
