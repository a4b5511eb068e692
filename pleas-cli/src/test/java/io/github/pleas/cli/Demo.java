package io.github.pleas.cli;

import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.OnnxWriter;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The demo's networks, and small parts of its images. */
final class Demo {
  static final Path FOLDER = Path.of("..", "demo");
  static final Path A = FOLDER.resolve("resnet20w16-0to4.onnx");
  static final Path B = FOLDER.resolve("resnet20w16-5to9.onnx");
  static final Path ZIP_A = FOLDER.resolve("fashion-0to4.zip");
  static final Path ZIP_B = FOLDER.resolve("fashion-5to9.zip");

  private Demo() {}

  /** The first images of each class and split, as class folders. */
  static Path folder(Path zip, Path target, int train, int test) throws IOException {
    Map<String, Integer> taken = new HashMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        String name = entry.getName();
        if (!name.endsWith(".png")) {
          continue;
        }
        String folder = name.substring(0, name.lastIndexOf('/'));
        int limit = folder.startsWith("train") ? train : test;
        if (taken.merge(folder, 1, Integer::sum) <= limit) {
          Path file = target.resolve(name);
          Files.createDirectories(file.getParent());
          Files.write(file, in.readAllBytes());
        }
      }
    }
    return target;
  }

  /** Images of the training split in one folder, without labels. */
  static Path flat(Path zip, Path target, int count) throws IOException {
    Files.createDirectories(target);
    int taken = 0;
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        // every tenth, so that all classes are among them
        if (entry.getName().matches("train/.*png") && taken++ % 10 == 0 && taken / 10 < count) {
          Files.write(target.resolve("image-" + taken + ".png"), in.readAllBytes());
        }
      }
    }
    return target;
  }

  /** Multiply-accumulates of a model for one image. */
  static int macs(Path file) {
    return (int) new NetworkReader(new OrtRuntime(2), Optional.empty()).read(file).macs();
  }

  static Graph graph(Path file) {
    return OnnxReader.read(file);
  }

  static Path write(Graph graph, Path file) {
    OnnxWriter.write(graph, file, temporary -> {});
    return file;
  }
}
