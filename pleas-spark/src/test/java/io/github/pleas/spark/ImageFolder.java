package io.github.pleas.spark;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Folders of random images. */
final class ImageFolder {
  private ImageFolder() {}

  /** Writes images in two class folders. */
  static Path write(Path folder, int count, long seed) throws IOException {
    Random random = new Random(seed);
    for (int k = 0; k < count; k++) {
      BufferedImage image =
          new BufferedImage(TinyNetwork.SIDE, TinyNetwork.SIDE, BufferedImage.TYPE_INT_RGB);
      int shade = random.nextInt(0x1000000);
      for (int y = 0; y < TinyNetwork.SIDE; y++) {
        for (int x = 0; x < TinyNetwork.SIDE; x++) {
          image.setRGB(x, y, x < y ? shade : random.nextInt(0x1000000));
        }
      }
      Path of = Files.createDirectories(folder.resolve(k % 2 == 0 ? "even" : "odd"));
      ImageIO.write(image, "png", of.resolve("%04d.png".formatted(k)).toFile());
    }
    return folder;
  }
}
